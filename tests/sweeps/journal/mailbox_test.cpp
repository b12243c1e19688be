#include "sweeps/journal/mailbox.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.hpp"
#include "tests/support/temporary_folder.hpp"

namespace agsweep {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using namespace testing_support;

class MailTest : public testing::Test {
 protected:
  fs::path path(const std::string& name) const { return folder_ / "mail" / name; }
  void put(const std::string& name, const std::string& text) {
    fs::create_directories(folder_ / "mail");
    std::ofstream(path(name)) << text;
  }
  TemporaryFolder folder_;
  Mailbox mailbox_{folder_ / ""};
};

TEST_F(MailTest, IsReadInTheOrderOfSendingUntilItIsRemoved) {
  EXPECT_THAT(mailbox_.read(), IsEmpty());
  std::vector<std::string> names;
  for (const char* const text : {"a", "b", "c"}) names.push_back(send_mail(folder_ / "", text));
  EXPECT_EQ(unread_mail(folder_ / ""), names);
  EXPECT_EQ(mailbox_.remove(names[1]), "");
  const std::vector<Mail> mails = mailbox_.read();
  ASSERT_THAT(mails, SizeIs(2));
  EXPECT_EQ(mails[0].text + mails[1].text, "ac");
}

TEST_F(MailTest, SetAsideStaysForAPersonAndIsNotReadAgain) {
  put("1.json", "{");
  EXPECT_EQ(mailbox_.set_aside("1.json"), "");
  EXPECT_THAT(unread_mail(folder_ / ""), IsEmpty());
  EXPECT_EQ(read_file(path("1.json.refused")), "{");
}

TEST_F(MailTest, LeavesAloneWhatIsNoMail) {
  for (const char* const name : {".1.json.77.agsweep.tmp", ".2.json", "3.json.refused", "notes.txt", "a b.json", "a\n.json"})
    put(name, "x");
  EXPECT_THAT(mailbox_.read(), IsEmpty());
}

TEST_F(MailTest, TellsWhatIsNoReadableFileAndWaitsForNone) {
  put("0.json", std::string((1 << 16) + 1, ' '));
  fs::create_directories(path("1.json"));
  ASSERT_EQ(::mkfifo(path("2.json").c_str(), 0600), 0);
  fs::create_symlink("/dev/zero", path("3.json"));
  put("4.json", std::string(1 << 16, ' '));
  const std::vector<Mail> mails = mailbox_.read();
  ASSERT_THAT(mails, SizeIs(5));
  EXPECT_THAT(mails[0].problem, HasSubstr("more than 65536 bytes"));
  EXPECT_THAT(mails[1].problem, HasSubstr("no regular file"));
  EXPECT_THAT(mails[2].problem, HasSubstr("no regular file"));
  EXPECT_THAT(mails[3].problem, HasSubstr("cannot read"));
  EXPECT_EQ(mails[4].problem, "");
  EXPECT_EQ(mailbox_.set_aside("1.json"), "");
}

TEST_F(MailTest, ThatCannotBeTakenAwayIsNotReadAgain) {
  put("1.json", "x");
  fs::create_directories(path("2.json"));
  fs::create_directories(path("2.json.refused") / "full");
  EXPECT_THAT(mailbox_.remove("2.json"), HasSubstr("2.json: cannot remove"));
  EXPECT_THAT(mailbox_.read(), SizeIs(1));
}

TEST_F(MailTest, IsReadInBoundedPortions) {
  for (int i = 1000; i < 1250; ++i) put(std::to_string(i) + ".json", "x");
  const std::vector<Mail> mails = mailbox_.read();
  ASSERT_THAT(mails, SizeIs(100));
  EXPECT_EQ(mails.back().name, "1099.json");
}

}  // namespace
}  // namespace agsweep
