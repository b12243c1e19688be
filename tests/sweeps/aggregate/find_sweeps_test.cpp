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
  EXPECT_THAT(find_sweeps(std::vector{b}).folders, ::testing::ElementsAre(b));
  EXPECT_THAT(find_sweeps(std::vector{folder / "runs"}).folders, ::testing::ElementsAre(b, a));
}

TEST(FindSweeps, FindsASweepOnceHoweverItIsNamed) {
  const TemporaryFolder folder;
  const fs::path a = make_sweep(folder / "runs/a");
  fs::create_directory_symlink(a, folder / "link");
  EXPECT_THAT(find_sweeps(std::vector{a, folder / "runs", folder / "link", folder / "runs/../runs/a/"}).folders, ::testing::ElementsAre(a));
}

TEST(FindSweeps, NamesAFolderThatIsMissingOrHasNone) {
  const TemporaryFolder folder;
  const auto error = [](const fs::path& path) { return testing_support::error_of<DataError>([&] { find_sweeps(std::vector{path}); }); };
  EXPECT_THAT(error(folder / "none"), ::testing::HasSubstr("none: cannot read: No such file"));
  EXPECT_THAT(error(folder.path()), ::testing::HasSubstr("no sweep, and none below it"));
}

TEST(FindSweeps, TellsWhichFoldersItCannotRead) {
  const TemporaryFolder folder;
  const fs::path open = make_sweep(folder / "runs/open");
  const fs::path closed = make_sweep(folder / "closed/a").parent_path();
  fs::create_directory_symlink(closed, folder / "runs/link");
  fs::rename(make_sweep(folder / "b"), folder / "runs/shut");
  fs::permissions(folder.path(), fs::perms::all);
  for (const fs::path& unreadable : {closed, folder / "runs/shut"}) fs::permissions(unreadable, fs::perms::none);
  const uid_t user = ::geteuid();
  constexpr uid_t nobody = 65534;
  if (user == 0) ASSERT_EQ(::seteuid(nobody), 0);  // root may read all
  const FoundSweeps found = find_sweeps(std::vector{folder / "runs"});
  const std::string error = testing_support::error_of<DataError>([&] { find_sweeps(std::vector{closed}); });
  ASSERT_EQ(::seteuid(user), 0);
  EXPECT_THAT(found.folders, ::testing::ElementsAre(open));
  EXPECT_THAT(found.unreadable, ::testing::UnorderedElementsAre(folder / "runs/shut", folder / "runs/link"));
  EXPECT_THAT(error, ::testing::EndsWith("closed: cannot read: Permission denied"));
  for (const fs::path& unreadable : {closed, folder / "runs/shut"}) fs::permissions(unreadable, fs::perms::owner_all);
}

TEST(SweepNames, AreAsShortAsTellsThemApart) {
  using ::testing::ElementsAre;
  EXPECT_THAT(sweep_names(std::vector{named("x/a"), named("x/b/")}), ElementsAre("a", "b"));
  EXPECT_THAT(sweep_names(std::vector{named("x/a"), named("y/a"), named("y/b")}), ElementsAre("x/a", "y/a", "y/b"));
  EXPECT_THAT(sweep_names(std::vector{named("/a"), named("/x/a")}), ElementsAre("a", "x/a"));
}

}  // namespace
}  // namespace agsweep
