#include <chrono>
#include <thread>

#include <gtest/gtest.h>

#include "tests/support/mpi_session.hpp"

namespace agsweep {
namespace {

using testing_support::test_session;

/// Looks until a message comes.
ControlChannel::Letter next(ControlChannel& channel) {
  for (;;) {
    if (auto letter = channel.receive()) return *letter;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

TEST(ControlChannel, GivesNothingWhereNothingWasSent) {
  const auto channel = test_session().control_channel();
  EXPECT_FALSE(channel->receive());
}

TEST(ControlChannel, KeepsTheOrderOfEachSender) {
  const auto comm = test_session().world(10);
  const auto channel = test_session().control_channel();
  constexpr int messages = 100;
  if (comm->rank() != 0) {
    for (int i = 0; i < messages; ++i) channel->send(0, std::to_string(i) + std::string(static_cast<std::size_t>(i * 100), 'x'));
  } else {
    std::vector<int> heard(static_cast<std::size_t>(comm->size()));
    for (int i = 0; i < messages * (comm->size() - 1); ++i) {
      const auto letter = next(*channel);
      int& count = heard[static_cast<std::size_t>(letter.from)];
      EXPECT_EQ(letter.text, std::to_string(count) + std::string(static_cast<std::size_t>(count * 100), 'x'));
      ++count;
    }
  }
  comm->barrier();
}

TEST(ControlChannel, AnswersWhileOthersCompute) {
  const auto comm = test_session().world(10);
  const auto channel = test_session().control_channel();
  if (comm->rank() == 0) {
    for (int i = 1; i < comm->size(); ++i) {
      const auto letter = next(*channel);
      channel->send(letter.from, "to " + letter.text);
    }
  } else {
    channel->send(0, std::to_string(comm->rank()));
    EXPECT_EQ(next(*channel).text, "to " + std::to_string(comm->rank()));
  }
  comm->barrier();
}

TEST(SessionSplit, MakesAGroupOfTheRanksOfOneNumber) {
  const int rank = test_session().rank();
  const int size = test_session().size();
  const auto group = test_session().split(rank % 2, 10);
  const int members = size / 2 + (rank % 2 == 0 ? size % 2 : 0);
  EXPECT_EQ(group->size(), members);
  EXPECT_EQ(group->rank(), rank / 2);
  std::int64_t sum = rank;
  group->all_reduce_sum(std::span(&sum, 1));
  std::int64_t expected = 0;
  for (int other = rank % 2; other < size; other += 2) expected += other;
  EXPECT_EQ(sum, expected);
}

}  // namespace
}  // namespace agsweep
