#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sweeps/journal/process_identity.hpp"

namespace agsweep {

/// What sweep.lock says: one JSON object, always as long as when it was made, so that its counter can be rewritten in place.
struct LockHolder {
  std::string token;  // 32 hexadecimal digits that no other lock has
  ProcessIdentity process;
  std::string slurm_job = {};       // its job id; empty outside SLURM
  std::int64_t slurm_restarts = 0;  // how often the job was requeued
  std::uint64_t counter = 0;        // goes up while the holder lives
};

/// A token of 128 random bits from the operating system.
std::string new_token();

std::string lock_text(const LockHolder& holder);

/// @return nullopt for a damaged file
std::optional<LockHolder> parse_lock(std::string_view text);

/// The counter as it stands in lock_text, and where: 20 characters that end this many bytes before the text's end.
std::string counter_text(std::uint64_t counter);
constexpr std::size_t counter_from_end = 22;

}  // namespace agsweep
