#include "base/sha256.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.hpp"
#include "tests/support/error_of.hpp"
#include "tests/support/temporary_folder.hpp"

namespace agsweep {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

// The examples of FIPS 180-4 (NIST, "Secure Hash Standard": example computations).
constexpr const char* of_abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr const char* of_nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

TEST(Sha256, GivesTheStandardsExamples) {
  EXPECT_EQ(sha256(bytes_of("abc")), of_abc);
  EXPECT_EQ(sha256({}), of_nothing);
  EXPECT_EQ(sha256(bytes_of(std::string(1'000'000, 'a'))), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, DoesNotDependOnHowTheBytesArrive) {
  EXPECT_EQ(Sha256().update(bytes_of("a")).update({}).update(bytes_of("bc")).hex(), of_abc);
}

TEST(Sha256File, HashesFilesLongerThanOneBlockOfReading) {
  const testing_support::TemporaryFolder folder;
  const std::string content((3U << 20) + 17, 'x');
  write_file_atomically(folder / "long", content);
  write_file_atomically(folder / "empty", "");
  EXPECT_EQ(sha256_file(folder / "long"), sha256(bytes_of(content)));
  EXPECT_EQ(sha256_file(folder / "empty"), of_nothing);
}

TEST(Sha256File, NamesAFileThatCannotBeRead) {
  const testing_support::TemporaryFolder folder;
  EXPECT_THAT(testing_support::error_of([&] { sha256_file(folder / "none"); }),
              testing::EndsWith("/none: cannot read: No such file or directory"));
  EXPECT_THAT(testing_support::error_of([&] { sha256_file(folder.path()); }), testing::EndsWith(": cannot read: it is a folder"));
}

TEST(Sha256, TellsTheDigestSoFarAndGoesOn) {
  Sha256 hash;
  hash.update(std::as_bytes(std::span("ab", 2)));
  EXPECT_EQ(hash.hex_so_far(), sha256(std::as_bytes(std::span("ab", 2))));
  EXPECT_EQ(hash.update(std::as_bytes(std::span("c", 1))).hex(), sha256(std::as_bytes(std::span("abc", 3))));
}

}  // namespace
}  // namespace agsweep
