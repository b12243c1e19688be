#include "base/crc32c.hpp"

#include <string>

#include <gtest/gtest.h>

namespace agsweep {
namespace {

std::uint32_t crc32c_of(const std::string& text) { return crc32c(std::as_bytes(std::span(text))); }

// RFC 3720, B.4, which lists a checksum's bytes from the lowest on.
TEST(Crc32c, GivesTheStandardsExamples) {
  std::string ascending, descending;
  for (char i = 0; i < 32; ++i) {
    ascending += i;
    descending += static_cast<char>(31 - i);
  }
  EXPECT_EQ(crc32c_of(std::string(32, '\0')), 0x8A9136AA);
  EXPECT_EQ(crc32c_of(std::string(32, '\xFF')), 0x62A8AB43);
  EXPECT_EQ(crc32c_of(ascending), 0x46DD794E);
  EXPECT_EQ(crc32c_of(descending), 0x113FDB5C);
  EXPECT_EQ(crc32c_of(""), 0);
}

}  // namespace
}  // namespace agsweep
