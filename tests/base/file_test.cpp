#include "base/file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/error_of.hpp"
#include "tests/support/temporary_folder.hpp"

namespace agsweep {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::IsEmpty;
using testing_support::error_of;
using testing_support::TemporaryFolder;
namespace fs = std::filesystem;

std::vector<fs::path> files_in(const fs::path& folder) { return {fs::directory_iterator(folder), fs::directory_iterator()}; }

TEST(FileDescriptor, BelongsToOneOwnerWhoClosesIt) {
  const int fd = ::open("/dev/null", O_RDONLY);
  {
    FileDescriptor first(fd);
    FileDescriptor second(std::move(first));
    FileDescriptor third;
    third = std::move(second);
    EXPECT_EQ(third.get(), fd);
    EXPECT_NE(::fcntl(fd, F_GETFD), -1);
  }
  EXPECT_EQ(::fcntl(fd, F_GETFD), -1);
}

TEST(ReadFile, GivesAllBytes) {
  const TemporaryFolder folder;
  const std::string content("a\0\xFF\r\n", 5);
  write_file_atomically(folder / "file", content);
  write_file_atomically(folder / "empty", "");
  EXPECT_EQ(read_file(folder / "file"), content);
  EXPECT_EQ(read_file(folder / "empty"), "");
}

TEST(ReadFile, SaysWhyItCannot) {
  const TemporaryFolder folder;
  EXPECT_THAT(error_of([&] { read_file(folder / "none"); }), EndsWith("/none: cannot read: No such file or directory"));
  EXPECT_THAT(error_of([&] { read_file(folder.path()); }), EndsWith(": cannot read: Is a directory"));
}

TEST(WriteAll, SaysThatTheDiskIsFull) {
  const FileDescriptor full(::open("/dev/full", O_WRONLY));
  ASSERT_GE(full.get(), 0);
  EXPECT_EQ(error_of<RunTimeError>([&] { write_all(full.get(), std::as_bytes(std::span("text")), "out.csv"); }),
            "out.csv: cannot write: No space left on device");
}

TEST(WriteFileAtomically, ReplacesTheFileAndLeavesNoOther) {
  const TemporaryFolder folder;
  const fs::path path = folder / "file";
  write_file_atomically(path, "one");
  write_file_atomically(path, "two");
  EXPECT_EQ(read_file(path), "two");
  EXPECT_THAT(files_in(folder.path()), ElementsAre(path));
}

TEST(WriteFileAtomically, KeepsTheEarlierFileWhenWritingFails) {
  const TemporaryFolder folder;
  const fs::path path = folder / "file";
  write_file_atomically(path, "one");
  const auto half = [](const fs::path& temporary) {
    write_file_atomically(temporary, "half");
    throw RunTimeError("the disk is full");
  };
  EXPECT_EQ(error_of<RunTimeError>([&] { write_file_atomically(path, half); }), "the disk is full");
  EXPECT_EQ(read_file(path), "one");
  EXPECT_THAT(files_in(folder.path()), ElementsAre(path));
}

TEST(WriteFileAtomically, ChecksTheTemporaryFileBeforeItTakesTheName) {
  const TemporaryFolder folder;
  const fs::path path = folder / "file";
  const auto refuse = [&](const fs::path& temporary) {
    EXPECT_EQ(read_file(temporary), "two");
    EXPECT_FALSE(fs::exists(path));
    throw RunTimeError("not what was written");
  };
  EXPECT_EQ(error_of<RunTimeError>([&] { write_file_atomically(path, "two", refuse); }), "not what was written");
  EXPECT_THAT(files_in(folder.path()), IsEmpty());
}

TEST(WriteFileAtomically, NamesTheFileThatCannotBeMade) {
  const TemporaryFolder folder;
  EXPECT_EQ(error_of<RunTimeError>([&] { write_file_atomically(folder / "none/file", "x"); }),
            (folder / "none/file").string() + ": cannot create: No such file or directory");
  fs::create_directory(folder / "taken");
  EXPECT_THAT(error_of<RunTimeError>([&] { write_file_atomically(folder / "taken", "x"); }),
              EndsWith("/taken: cannot rename a temporary file to it: Is a directory"));
  EXPECT_THAT(files_in(folder.path()), ElementsAre(folder / "taken"));
}

TEST(FsyncPath, TakesFilesAndFoldersAndNamesAMissingOne) {
  const TemporaryFolder folder;
  fsync_path(folder.path());
  EXPECT_THAT(error_of<RunTimeError>([&] { fsync_path(folder / "none"); }), EndsWith("/none: cannot open: No such file or directory"));
}

}  // namespace
}  // namespace agsweep
