#pragma once

#include <cstddef>  // std::byte
#include <cstdint>
#include <span>

namespace agsweep {

/// CRC-32C (Castagnoli; RFC 3720, 12.1), by Boost.CRC.
std::uint32_t crc32c(std::span<const std::byte> bytes);

}  // namespace agsweep
