#include "workers/json/json_object.hpp"

#include <sys/stat.h>  // mkfifo

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.hpp"
#include "tests/support/error_of.hpp"
#include "tests/support/temporary_folder.hpp"

namespace agsweep {
namespace {

using testing::HasSubstr;
using testing_support::error_of;
using testing_support::TemporaryFolder;

std::string complaint(const std::string& text) {
  return error_of([&] { parse_json_object(text); });
}

/// {"a":[[[..]]]}, so many levels deep.
std::string nested(std::size_t levels) { return R"({"a":)" + std::string(levels - 1, '[') + std::string(levels - 1, ']') + "}"; }

TEST(JsonObject, IsParsed) { EXPECT_EQ(parse_json_object(R"( {"a": [1, {"b": "c"}]} )")["a"][1]["b"], "c"); }

TEST(JsonObject, RefusesWhatIsNoJson) {
  for (const char* const text : {"", "{", "{]", "{} {}", "{\"\xff\": 1}", "{\"a\": 1e999}", "{\"a\": NaN}", "{'a': 1}", "{\"a\": 1,}"}) {
    EXPECT_THAT(complaint(text), HasSubstr("no JSON at byte")) << text;
  }
}

TEST(JsonObject, RefusesAnotherTopThanAnObject) {
  EXPECT_THAT(complaint("[1]"), HasSubstr("an array instead of an object"));
  EXPECT_THAT(complaint("12"), HasSubstr("12 instead of an object"));
}

TEST(JsonObject, RefusesTwoEntriesOfOneKeyAtAnyDepth) {
  EXPECT_THAT(complaint(R"({"a": 1, "a": 1})"), HasSubstr("two entries are called \"a\""));
  EXPECT_THAT(complaint(R"({"b": [{"a": 1, "\u0061": 2}]})"), HasSubstr("two entries are called \"a\""));
  EXPECT_EQ(complaint(R"({"a": {"a": [{"a": 1}, {"a": 2}]}})"), "no error");
}

TEST(JsonObject, RefusesANullByte) { EXPECT_THAT(complaint(std::string("{}\0rest", 7)), HasSubstr("null byte")); }

TEST(JsonObject, RefusesDeepNesting) {
  EXPECT_EQ(complaint(nested(64)), "no error");
  EXPECT_THAT(complaint(nested(65)), HasSubstr("deeper than 64"));
  EXPECT_THAT(complaint(nested(1'000'000)), HasSubstr("deeper than 64"));
}

TEST(JsonText, IsOfASmallRegularFile) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "small", "{}");
  EXPECT_EQ(read_json_text(folder / "small"), "{}");

  write_file_atomically(folder / "large", "");
  std::filesystem::resize_file(folder / "large", (std::uintmax_t{16} << 20) + 1);
  EXPECT_THAT(error_of([&] { read_json_text(folder / "large"); }), HasSubstr("more than 16777216 bytes"));
  EXPECT_THAT(error_of([&] { read_json_text(folder / "missing"); }), HasSubstr("missing: cannot read"));
  EXPECT_THAT(error_of([&] { read_json_text(folder.path()); }), HasSubstr("cannot read"));
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  EXPECT_THAT(error_of([&] { read_json_text(folder / "pipe"); }), HasSubstr("no regular file"));
}

TEST(JsonValue, IsShownShort) {
  EXPECT_EQ(shown(nlohmann::json("text")), "text");
  EXPECT_EQ(shown(nlohmann::json("\x1b\n")), "\\u001b\\n");
  EXPECT_EQ(shown(nlohmann::json(-1.5)), "-1.5");
  EXPECT_EQ(shown(nlohmann::json()), "null");
  EXPECT_EQ(shown(nlohmann::json::parse("{\"a\": 1}")), "an object");
  EXPECT_EQ(shown(nlohmann::json::parse("[1]")), "an array");
}

}  // namespace
}  // namespace agsweep
