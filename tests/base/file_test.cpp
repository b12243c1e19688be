#include "base/file.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>

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
  const auto half = [&](int fd) {
    write_all(fd, std::as_bytes(std::span("half")), path);
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

TEST(WriteFileAtomically, ReplacesWhatASymbolicLinkNamesAndLeavesTheLink) {
  const TemporaryFolder folder;
  fs::create_directory(folder / "big");
  write_file_atomically(folder / "big/file", "one");
  fs::create_symlink("big/file", folder / "link");
  fs::create_symlink("big/new", folder / "dangling");
  fs::create_symlink("link", folder / "second");
  write_file_atomically(folder / "second", "two");
  write_file_atomically(folder / "dangling", "three");
  EXPECT_TRUE(fs::is_symlink(folder / "second") && fs::is_symlink(folder / "link") && fs::is_symlink(folder / "dangling"));
  EXPECT_EQ(read_file(folder / "big/file"), "two");
  EXPECT_EQ(read_file(folder / "big/new"), "three");
}

TEST(WriteFileAtomically, WritesIntoWhatIsNoRegularFile) {
  const TemporaryFolder folder;
  const fs::path pipe = folder / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const FileDescriptor reader(::open(pipe.c_str(), O_RDONLY | O_NONBLOCK));
  write_file_atomically(pipe, "text");
  std::array<char, 8> read{};
  EXPECT_EQ(::read(reader.get(), read.data(), read.size()), 4);
  EXPECT_TRUE(fs::is_fifo(pipe));
  EXPECT_THAT(error_of<RunTimeError>([&] { write_file_atomically(pipe, [](int) {}); }), EndsWith("it is no regular file"));
  write_file_atomically("/dev/null", "text");
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
}

TEST(WriteFileAtomically, FollowsNoLinkThatStandsAtItsTemporaryName) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "victim", "keep");
  const fs::path trap = folder / (".file." + std::to_string(::getpid()) + ".agsweep.tmp");
  fs::create_symlink("victim", trap);
  write_file_atomically(folder / "file", "text");
  EXPECT_EQ(read_file(folder / "victim"), "keep");
  EXPECT_EQ(read_file(folder / "file"), "text");
  EXPECT_TRUE(fs::is_symlink(trap));
}

TEST(WriteFileAtomically, TakesTheLongestNameThatTheFileSystemTakes) {
  const TemporaryFolder folder;
  const std::string name(255, 'n');
  write_file_atomically(folder / name, "text");
  EXPECT_THAT(files_in(folder.path()), ElementsAre(folder / name));
}

TEST(WriteAllAt, WritesInPlace) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "file", "abcdef");
  write_all_at(open_file(folder / "file", O_WRONLY).get(), std::as_bytes(std::span("XY", 2)), 2, folder / "file");
  EXPECT_EQ(read_file(folder / "file"), "abXYef");
}

TEST(MakeFolder, MakesThoseThatItLiesInToo) {
  const TemporaryFolder folder;
  EXPECT_TRUE(make_folder(folder / "a/b/c"));
  EXPECT_FALSE(make_folder(folder / "a/b/c/"));
  write_file_atomically(folder / "file", "");
  EXPECT_THAT(error_of<RunTimeError>([&] { make_folder(folder / "file/a"); }),
              EndsWith("/file/a: cannot make this folder: Not a directory"));
}

TEST(FsyncFolder, TakesAFolderAndNamesAMissingOne) {
  const TemporaryFolder folder;
  EXPECT_TRUE(fsync_folder(folder.path()));
  EXPECT_THAT(error_of<RunTimeError>([&] { fsync_folder(folder / "none"); }), EndsWith("/none: cannot open: No such file or directory"));
}

TEST(OpenFile, NamesTheLimitOfOpenFiles) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit none{.rlim_cur = 0, .rlim_max = before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  const std::string error = error_of<RunTimeError>([] { open_file("/dev/null", O_RDONLY); });
  ::setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_EQ(error, "/dev/null: cannot open: Too many open files (ulimit -n: 0)");
}

}  // namespace
}  // namespace agsweep
