#pragma once

#include <algorithm>  // std::min
#include <array>
#include <cstdint>
#include <cstring>  // std::memcpy
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "orchestrator/options/resolve.hpp"  // WorldFacts
#include "orchestrator/world/cpus.hpp"
#include "workers/comm/communicator.hpp"

namespace agsweep {

/// What the ranks of a job run on.
struct World {
  std::vector<RankCpus> ranks;          // by rank
  std::vector<std::string> cpu_models;  // by rank
  int rank = 0;                         // this one

  /// Each node once, in the order of ranks.
  std::vector<std::string> hosts() const;
  /// @param device  what "auto" takes
  WorldFacts facts(std::int64_t train_rows, Device device = Device::cpu) const;
  /// What a person should know: ranks on different CPU types, ranks bound to a part of a node that nobody else uses.
  /// @param by_mpirun  mpirun started the ranks: it binds them unless told otherwise
  std::vector<std::string> messages(bool by_mpirun) const;
};

/// Collective over comm.
World survey(Communicator& comm);

/// Ends the job when the ranks hold different texts. Collective over comm. @throws DataError with `complaint`, on every rank
void require_same(Communicator& comm, std::string_view text, std::string_view complaint);

/// Checks that one --out was given to all ranks of a job, which write one folder. Collective over comm. @throws DataError on every rank
void require_same_out(Communicator& comm, const std::filesystem::path& out);

/// Writes a text to a zeroed field of what ranks tell each other; cut, with a null at its end.
template <std::size_t N>
void put(std::array<char, N>& field, const std::string& text) {
  std::memcpy(field.data(), text.data(), std::min(text.size(), N - 1));
}

/// "Intel(R) Xeon(R) ...", or the machine's architecture.
std::string cpu_model();

}  // namespace agsweep
