#include "sweeps/report/recorded_run.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temporary_folder.hpp"

namespace agsweep {
namespace {

constexpr const char* header = "epoch,split,loss,accuracy,f1_macro,f1_weighted,precision_macro,recall_macro,seconds\n";
constexpr const char* first = "1,train,1.5,0.5,0.4,0.41,0.42,0.43,10\n1,val,1.25,0.6,0.5,0.51,0.52,0.53,2.5\n";

class RecordedRunTest : public testing::Test {
 protected:
  std::filesystem::path file(const std::string& text) {
    const std::filesystem::path path = folder_ / "file";
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  testing_support::TemporaryFolder folder_;
};

TEST_F(RecordedRunTest, EpochTableHasBothSplitsAndTheTime) {
  const EpochTable table = read_epoch_table(file(std::string(header) + first + "2,train,1,0.7,0.7,0.7,0.7,0.7,10\n"));
  ASSERT_EQ(table.train.size(), 2U);
  ASSERT_EQ(table.val.size(), 1U);
  EXPECT_EQ(table.val[0], (MetricRow{1.25, 0.6, 0.5, 0.51, 0.52, 0.53}));
  EXPECT_EQ(table.seconds, 22.5);
}

TEST_F(RecordedRunTest, EpochTableEndsWhereTheFileIsTornOrDamaged) {
  for (const char* tail : {"2,train,1,0.7,0", "2,train,1,0.7,0.7,0.7,0.7,0.7,1", "2,train,nan,0.7,0.7,0.7,0.7,0.7,1\n",
                           "7,val,1,1,1,1,1,1,1\n", "2,test,1,1,1,1,1,1,1\n", "\n", "2,train,1,2\n"}) {
    const EpochTable table = read_epoch_table(file(std::string(header) + first + tail));
    EXPECT_EQ(table.train.size(), 1U) << tail;
    EXPECT_EQ(table.val.size(), 1U) << tail;
  }
}

TEST_F(RecordedRunTest, EpochTableOfAMissingOrEmptyFileIsEmpty) {
  EXPECT_TRUE(read_epoch_table(folder_ / "none").val.empty());
  EXPECT_TRUE(read_epoch_table(file("")).val.empty());
}

TEST_F(RecordedRunTest, TellsWhatTheRunRecorded) {
  const RecordedRun run = read_recorded_run(file("lr = 1\n[recorded]\ndata = 'a b.h5'\nclass_names = ['x', 'y']\nsynthetic = true\n"));
  EXPECT_EQ(run.data, "a b.h5");
  EXPECT_EQ(run.class_names, (std::vector<std::string>{"x", "y"}));
  EXPECT_TRUE(run.synthetic);
  EXPECT_FALSE(run.random_base);
}

TEST_F(RecordedRunTest, IsEmptyForAMissingOrDamagedFile) {
  EXPECT_EQ(read_recorded_run(folder_ / "none").data, "");
  EXPECT_EQ(read_recorded_run(file("[recorded\ndata = 1")).data, "");
  EXPECT_EQ(read_recorded_run(file("[recorded]\ndata = 1\nclass_names = 3\n")).data, "");
}

}  // namespace
}  // namespace agsweep
