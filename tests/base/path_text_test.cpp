#include "base/path_text.hpp"

#include <gtest/gtest.h>

namespace agsweep {
namespace {

namespace fs = std::filesystem;

TEST(PathText, IsThePathItselfWhereThatIsUtf8) {
  for (const char* const path : {"gpt2", "/data/Grüße/a b", "/50%/x", "/tab\there/\"quoted\"\nline", ""}) EXPECT_EQ(path_text(path), path);
}

TEST(PathText, GivesBackAnyPath) {
  std::string all;
  for (int byte = 1; byte < 256; ++byte) all += static_cast<char>(byte);
  for (const std::string& path :
       {all, std::string("/data/g\xFF/gpt2"), std::string("file:x"), std::string("\xC3"), std::string("a%FF\x80")}) {
    EXPECT_EQ(path_of_text(path_text(path)).native(), path);
  }
}

TEST(PathText, IsAsciiWhereThePathIsNoUtf8) { EXPECT_EQ(path_text("/d a/g\xFF%"), "file:/d%20a/g%FF%25"); }

TEST(PathText, TakesWhatAPersonWrote) { EXPECT_EQ(path_of_text("file:half%4"), fs::path("half%4")); }

TEST(AbsolutePathText, HasNoDots) { EXPECT_EQ(absolute_path_text("a/../b/./c"), (fs::current_path() / "b/c").string()); }

}  // namespace
}  // namespace agsweep
