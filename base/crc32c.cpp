#include "base/crc32c.hpp"

#include <boost/crc.hpp>

namespace agsweep {

std::uint32_t crc32c(std::span<const std::byte> bytes) {
  // RFC 3720: the polynomial 0x11EDC6F41, bytes taken from their lowest bit on, a register of ones at the start and its complement at the
  // end.
  boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc;
  crc.process_bytes(bytes.data(), bytes.size());
  return crc.checksum();
}

}  // namespace agsweep
