#include "sweeps/aggregate/find_sweeps.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/error_of.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/sweeps/aggregate/sweep_writer.hpp"

namespace agsweep {
namespace {

namespace fs = std::filesystem;
using testing_support::TemporaryFolder;

fs::path make_sweep(const fs::path& folder) {
  fs::create_directories(folder / "trials" / "0000");
  testing_support::write_text(folder / resolved_spec_name, "");
  return folder;
}

SweepResults named(const fs::path& folder) { return {.folder = folder}; }

TEST(FindSweeps, TakesASweepAsItIsAndSearchesAnyOtherFolder) {
  const TemporaryFolder folder;
  const fs::path b = make_sweep(folder / "runs/b");
  const fs::path a = make_sweep(folder / "runs/machine/a");
  make_sweep(folder / "runs/b/trials/inside");
  EXPECT_THAT(find_sweeps(std::vector{b}), ::testing::ElementsAre(b));
  EXPECT_THAT(find_sweeps(std::vector{folder / "runs"}), ::testing::ElementsAre(b, a));
}

TEST(FindSweeps, FindsASweepOnceHoweverItIsNamed) {
  const TemporaryFolder folder;
  const fs::path a = make_sweep(folder / "runs/a");
  fs::create_directory_symlink(a, folder / "link");
  EXPECT_THAT(find_sweeps(std::vector{a, folder / "runs", folder / "link", folder / "runs/../runs/a/"}), ::testing::ElementsAre(a));
}

TEST(FindSweeps, NamesAFolderThatIsMissingOrHasNone) {
  const TemporaryFolder folder;
  const auto error = [](const fs::path& path) { return testing_support::error_of<DataError>([&] { find_sweeps(std::vector{path}); }); };
  EXPECT_THAT(error(folder / "none"), ::testing::HasSubstr("none: cannot read: No such file"));
  EXPECT_THAT(error(folder.path()), ::testing::HasSubstr("no sweep, and none below it"));
}

TEST(SweepNames, AreAsShortAsTellsThemApart) {
  using ::testing::ElementsAre;
  EXPECT_THAT(sweep_names(std::vector{named("x/a"), named("x/b/")}), ElementsAre("a", "b"));
  EXPECT_THAT(sweep_names(std::vector{named("x/a"), named("y/a"), named("y/b")}), ElementsAre("x/a", "y/a", "y/b"));
  EXPECT_THAT(sweep_names(std::vector{named("/a"), named("/x/a")}), ElementsAre("a", "x/a"));
}

}  // namespace
}  // namespace agsweep
