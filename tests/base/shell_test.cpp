#include "base/shell.hpp"

#include <gtest/gtest.h>

namespace agsweep {
namespace {

TEST(ShellWord, QuotesWhatAShellWouldReadOtherwise) {
  EXPECT_EQ(shell_word("2r"), "2r");
  EXPECT_EQ(shell_word(""), "''");
  EXPECT_EQ(shell_word("$HOME"), "'$HOME'");
  EXPECT_EQ(shell_word("it's"), "'it'\\''s'");
}

TEST(ShellCommand, SeparatesItsWords) { EXPECT_EQ(shell_command({"agsweep", "train", "--out", "my run"}), "agsweep train --out 'my run'"); }

}  // namespace
}  // namespace agsweep
