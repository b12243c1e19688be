// Each rule of the format, with a file that breaks this one alone.
#include <sys/stat.h>  // mkfifo

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "tests/support/temporary_folder.hpp"
#include "workers/safetensors/safetensors.hpp"

namespace agsweep {
namespace {

using testing::HasSubstr;
using testing_support::TemporaryFolder;

std::string length_bytes(std::uint64_t length) { return std::string(reinterpret_cast<const char*>(&length), sizeof length); }

/// What read() says of a file with these bytes; empty when it takes it.
std::string complaint(const std::string& file) {
  const TemporaryFolder folder;
  std::ofstream(folder / "x.safetensors", std::ios::binary) << file;
  try {
    SafetensorsFile::read(folder / "x.safetensors");
  } catch (const DataError& error) {
    EXPECT_THAT(error.what(), HasSubstr("x.safetensors: "));
    return error.what();
  }
  return "";
}

/// As a user sees them: `header` with its right length, then `data` bytes.
std::string with_header(const std::string& header, std::size_t data) {
  return length_bytes(header.size()) + header + std::string(data, 'd');
}

struct Hostile {
  const char* name;
  std::string header;
  std::size_t data;  // bytes
  const char* complaint;
};

void PrintTo(const Hostile& hostile, std::ostream* out) { *out << hostile.name; }

class SafetensorsHeader : public testing::TestWithParam<Hostile> {};

TEST_P(SafetensorsHeader, IsRefusedWithTheRule) {
  EXPECT_THAT(complaint(with_header(GetParam().header, GetParam().data)), HasSubstr(GetParam().complaint));
}

std::string tensor(const std::string& entry) { return R"({"a":)" + entry + "}"; }

std::string nested(std::size_t depth, const std::string& open) {
  std::string json;
  for (std::size_t i = 0; i < depth; ++i) json += open;
  return json;
}

const Hostile hostile[] = {
    {"NoJson", "{]", 0, "no JSON at byte"},
    {"Cut", R"({"a":{"dtype")", 0, "no JSON at byte"},
    {"TextAfterTheObject", "{} {}", 0, "no JSON at byte"},
    {"NullByteAfterTheObject", std::string("{}\0rest", 7), 0, "null byte"},
    {"InvalidUtf8", "{\"\xff\":1}", 0, "no JSON at byte"},
    {"SpaceBeforeTheObject", " {}", 0, "does not begin with {"},
    {"Empty", "", 0, "does not begin with {"},
    {"List", "[]", 0, "does not begin with {"},
    {"DeepObjects", nested(1'000'000, R"({"dtype":)"), 0, "an object stands where"},
    {"DeepLists", R"({"a":)" + nested(1'000'000, "["), 0, "a list stands where"},
    {"DeepShape", R"({"a":{"shape":)" + nested(1'000'000, "["), 0, "a list stands where"},
    {"EntryIsNumber", tensor("1"), 0, "a number stands where"},
    {"EntryIsNull", tensor("null"), 0, "null stands where"},
    {"UnknownKey", tensor(R"({"dtype":"U8","shape":[],"data_offsets":[0,1],"x":1})"), 1, "unknown key"},
    {"TwoTensorsOfOneName", R"({"a":{"dtype":"U8","shape":[],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[],"data_offsets":[1,2]}})", 2,
     "two entries are called \"a\""},
    {"TwoKeysOfOneName", tensor(R"({"dtype":"U8","dtype":"U8","shape":[],"data_offsets":[0,1]})"), 1, "two entries \"dtype\""},
    {"NoDtype", tensor(R"({"shape":[],"data_offsets":[0,1]})"), 1, "a: no dtype"},
    {"NoShape", tensor(R"({"dtype":"U8","data_offsets":[0,1]})"), 1, "a: no shape"},
    {"NoOffsets", tensor(R"({"dtype":"U8","shape":[]})"), 1, "a: no data_offsets"},
    {"UnknownDtype", tensor(R"({"dtype":"F31","shape":[],"data_offsets":[0,1]})"), 1, "dtype F31 is not supported"},
    {"LowerCaseDtype", tensor(R"({"dtype":"f32","shape":[],"data_offsets":[0,4]})"), 4, "dtype f32 is not supported"},
    {"DtypeBelowAByte", tensor(R"({"dtype":"F4","shape":[2],"data_offsets":[0,1]})"), 1, "dtype F4 is not supported"},
    {"DtypeIsNumber", tensor(R"({"dtype":1,"shape":[],"data_offsets":[0,1]})"), 1, "a number stands where"},
    {"ShapeIsNumber", tensor(R"({"dtype":"U8","shape":1,"data_offsets":[0,1]})"), 1, "a number stands where"},
    {"NegativeDimension", tensor(R"({"dtype":"U8","shape":[-1],"data_offsets":[0,1]})"), 1, "a: -1 is negative"},
    {"FractionalDimension", tensor(R"({"dtype":"U8","shape":[1.0],"data_offsets":[0,1]})"), 1, "1.0 is not a 64-bit integer"},
    {"DimensionBeyond64Bits", tensor(R"({"dtype":"U8","shape":[18446744073709551617],"data_offsets":[0,1]})"), 1, "not a 64-bit integer"},
    {"DimensionBeyond63Bits", tensor(R"({"dtype":"U8","shape":[18446744073709551615],"data_offsets":[0,1]})"), 1, "too large"},
    {"ShapeOverflow", tensor(R"({"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0]})"), 0, "overflows 64 bits"},
    {"DtypeOverflow", tensor(R"({"dtype":"F64","shape":[2305843009213693952],"data_offsets":[0,0]})"), 0, "overflows 64 bits"},
    {"ShapeAndOffsetsDiffer", tensor(R"({"dtype":"F32","shape":[2],"data_offsets":[0,4]})"), 4, "need 8 bytes, its data_offsets give 4"},
    {"OneOffset", tensor(R"({"dtype":"U8","shape":[],"data_offsets":[0]})"), 1, "1 numbers instead of 2"},
    {"ThreeOffsets", tensor(R"({"dtype":"U8","shape":[],"data_offsets":[0,1,2]})"), 1, "3 numbers instead of 2"},
    {"NegativeOffset", tensor(R"({"dtype":"U8","shape":[],"data_offsets":[-1,0]})"), 1, "-1 is negative"},
    {"BackwardOffsets", tensor(R"({"dtype":"U8","shape":[],"data_offsets":[1,0]})"), 1, "run backwards"},
    {"OffsetsBeyondTheFile", tensor(R"({"dtype":"U8","shape":[2],"data_offsets":[0,2]})"), 1, "end at byte 2, but the file has only 1"},
    {"OffsetsAtTheEndOf64Bits", tensor(R"({"dtype":"U8","shape":[1],"data_offsets":[18446744073709551614,18446744073709551615]})"), 1,
     "but the file has only 1"},
    {"HoleBeforeTheFirst", tensor(R"({"dtype":"U8","shape":[1],"data_offsets":[1,2]})"), 2, "bytes 0 to 1"},
    {"Hole", R"({"a":{"dtype":"U8","shape":[],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[],"data_offsets":[2,3]}})", 3,
     "bytes 1 to 2"},
    {"Overlap", R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}})", 3,
     "b: its data overlap"},
    {"RestAfterTheLast", tensor(R"({"dtype":"U8","shape":[],"data_offsets":[0,1]})"), 5, "4 bytes after the last tensor"},
    {"RestWithoutTensors", "{}", 1, "1 bytes after the last tensor"},
    {"MetadataIsText", R"({"__metadata__":"x"})", 0, "a text stands where"},
    {"MetadataValueIsNumber", R"({"__metadata__":{"x":1}})", 0, "a number stands where"},
    {"MetadataValueIsObject", R"({"__metadata__":{"x":{}}})", 0, "an object stands where"},
    {"TwoMetadataKeysOfOneName", R"({"__metadata__":{"x":"1","x":"2"}})", 0, "two entries \"x\""},
    {"TwoMetadata", R"({"__metadata__":{},"__metadata__":{}})", 0, "two entries are called \"__metadata__\""},
};

INSTANTIATE_TEST_SUITE_P(Hostile, SafetensorsHeader, testing::ValuesIn(hostile),
                         [](const testing::TestParamInfo<Hostile>& test) { return test.param.name; });

TEST(Safetensors, RefusesAnEmptyFileAndOneCutInItsLength) {
  EXPECT_THAT(complaint(""), HasSubstr("0 bytes are too few"));
  EXPECT_THAT(complaint(std::string(7, '\0')), HasSubstr("7 bytes are too few"));
}

TEST(Safetensors, RefusesAHeaderBeyondTheFile) {
  EXPECT_THAT(complaint(length_bytes(3) + "{}"), HasSubstr("does not fit into the file's 10"));
}

TEST(Safetensors, RefusesAHeaderBeyondTheFormatsLimitBeforeItReadsIt) {
  EXPECT_THAT(complaint(length_bytes(100'000'001) + "{}"), HasSubstr("limit of 100000000"));
  EXPECT_THAT(complaint(length_bytes(UINT64_MAX) + "{}"), HasSubstr("limit of 100000000"));
}

TEST(Safetensors, CutsAHostileNameInItsMessage) {
  const std::string name(5'000'000, 'n');
  EXPECT_LT(complaint(with_header("{\"" + name + "\":1}", 0)).size(), 1000);
}

TEST(Safetensors, RefusesAFolderAPipeAndAMissingFile) {
  const TemporaryFolder folder;
  EXPECT_THROW(SafetensorsFile::read(folder.path()), DataError);
  EXPECT_THROW(SafetensorsFile::read(folder / "missing"), DataError);
  EXPECT_THROW(SafetensorsFile::read("/dev/zero"), DataError);
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  EXPECT_THROW(SafetensorsFile::read(folder / "pipe"), DataError);
}

}  // namespace
}  // namespace agsweep
