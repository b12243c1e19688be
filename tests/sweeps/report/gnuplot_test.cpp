#include "sweeps/report/gnuplot.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>  // setenv
#include <filesystem>

#include "tests/support/error_of.hpp"
#include "tests/support/temporary_folder.hpp"

namespace agsweep {
namespace {

using testing::HasSubstr;
using testing_support::error_of;
using testing_support::TemporaryFolder;

/// Sets PATH until the end of the scope.
class Path {
 public:
  explicit Path(const std::string& path) : before_(std::getenv("PATH")) { ::setenv("PATH", path.c_str(), 1); }
  Path(const Path&) = delete;
  Path& operator=(const Path&) = delete;
  ~Path() { ::setenv("PATH", before_.c_str(), 1); }

 private:
  std::string before_;
};

TEST(Gnuplot, GivesWhatTheProgramWrites) {
  const std::string svg = run_gnuplot("set terminal svg\nplot '-'\n1 1\ne\n");
  EXPECT_THAT(svg, HasSubstr("<svg"));
  EXPECT_THAT(svg, HasSubstr("</svg>"));
}

TEST(Gnuplot, MoreOutputThanAPipeHoldsComesWhole) {
  const std::string text = run_gnuplot("set print '-'\ndo for [i=1:20000] { print 'a line' }\n");
  EXPECT_EQ(text.size(), 20000 * 7U);
}

TEST(Gnuplot, TellsWhatWasWrongWithTheProgram) {
  EXPECT_THAT(error_of<RunTimeError>([] { run_gnuplot("plot nonsense(\n"); }), HasSubstr("gnuplot: exit status"));
}

TEST(Gnuplot, ToldByNameWhereItIsMissing) {
  const Path nowhere("/nonexistent");
  const std::string error = error_of<RunTimeError>([] { run_gnuplot("print 1\n"); });
  EXPECT_THAT(error, HasSubstr("gnuplot: cannot be started: No such file"));
  EXPECT_THAT(error, HasSubstr("gnuplot-nox"));
}

TEST(Gnuplot, EndedWhenItTakesTooLong) {
  const std::string error = error_of<RunTimeError>([] { run_gnuplot("while (1) { x = 1 }\n", std::chrono::milliseconds(50)); });
  EXPECT_THAT(error, HasSubstr("still at work after 0.05 s"));
}

TEST(Gnuplot, TextIsTakenAsItIs) {
  const TemporaryFolder folder;
  const std::string text = R"(it "a" `touch )" + (folder / "made").string() + R"(` @macro #comment \n {/Bold x} $0 %d)";
  const std::string output = run_gnuplot("set print '-'\nprint " + gnuplot_text(text) + "\n");
  EXPECT_EQ(output, text + "\n");
  EXPECT_FALSE(std::filesystem::exists(folder / "made"));
}

TEST(Gnuplot, DoesNotSeeTheUsersSettings) {
  ::setenv("GNUTERM", "x11", 1);
  ::setenv("GNUPLOT_LIB", "/nowhere", 1);
  const std::string output = run_gnuplot("set print '-'\nprint system('echo $GNUTERM,$GNUPLOT_LIB,$LC_ALL')\n");
  ::unsetenv("GNUTERM");
  ::unsetenv("GNUPLOT_LIB");
  EXPECT_EQ(output, ",,C.UTF-8\n");
}

TEST(Gnuplot, TextAtATickIsTakenAsItIs) {
  const std::string tick = gnuplot_tick_text("'100 %s %^ its'");
  EXPECT_THAT(run_gnuplot("set terminal svg noenhanced\nset xtics (" + tick + " 1)\nplot '-'\n1 1\ne\n"), HasSubstr(">’100 %s %^ its’<"));
}

TEST(Gnuplot, LineBreaksInATextEndNoCommand) { EXPECT_EQ(gnuplot_text("a\nsystem('x')\tb"), "'a system(’x’) b'"); }

}  // namespace
}  // namespace agsweep
