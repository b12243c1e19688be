#include "workers/comm/mpi_communicator.hpp"

#include <sys/resource.h>

#include <array>
#include <chrono>
#include <numeric>  // std::iota

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "tests/support/mpi_session.hpp"

namespace agsweep {
namespace {

using std::chrono::steady_clock;

/// A communicator over the test's job, whose messages travel in pieces of `piece_bytes`.
std::unique_ptr<MpiCommunicator> make_comm(std::size_t piece_bytes = std::size_t{1} << 30, double timeout_seconds = 10) {
  MpiCommunicator::Options options;
  options.timeout_seconds = timeout_seconds;
  options.piece_bytes = piece_bytes;
  return std::make_unique<MpiCommunicator>(MPI_COMM_WORLD, options, std::make_shared<std::atomic<bool>>(false));
}

std::vector<std::int32_t> numbers(int first, std::size_t count) {
  std::vector<std::int32_t> values(count);
  std::iota(values.begin(), values.end(), first);
  return values;
}

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) { return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec); };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

TEST(MpiCommunicator, SumsEveryTypeOverTheRanks) {
  const auto comm = make_comm();
  const int size = comm->size();
  std::array<float, 2> floats = {1.0F, static_cast<float>(comm->rank())};
  std::array<double, 1> doubles = {0.5};
  std::array<std::int64_t, 1> integers = {std::int64_t{1} << 40};
  comm->all_reduce_sum(floats);
  comm->all_reduce_sum(doubles);
  comm->all_reduce_sum(integers);
  EXPECT_EQ(floats, (std::array<float, 2>{static_cast<float>(size), static_cast<float>(size) * static_cast<float>(size - 1) / 2}));
  EXPECT_EQ(doubles[0], 0.5 * size);
  EXPECT_EQ(integers[0], (std::int64_t{1} << 40) * size);
}

TEST(MpiCommunicator, AnAlarmIsHeardUntilTheNextCollectiveCall) {
  const auto comm = make_comm();
  EXPECT_FALSE(comm->alarmed());
  comm->barrier();
  const bool rings = comm->rank() == comm->size() - 1;
  if (rings) comm->alarm();
  while (!rings && !comm->alarmed()) {
  }
  EXPECT_EQ(comm->alarmed(), !rings);
  comm->barrier();
  EXPECT_FALSE(comm->alarmed());
}

TEST(MpiCommunicator, AnAlarmThatNobodyHeardIsNotTakenForALaterOne) {
  const auto comm = make_comm();
  if (comm->rank() == 0) comm->alarm();
  comm->barrier();
  comm->barrier();
  EXPECT_FALSE(comm->alarmed());
}

TEST(MpiCommunicator, FindsTheMaximumOverTheRanks) {
  const auto comm = make_comm();
  std::array<std::int64_t, 2> values = {comm->rank(), -comm->rank()};
  comm->all_reduce_max(values);
  EXPECT_EQ(values, (std::array<std::int64_t, 2>{comm->size() - 1, 0}));
}

TEST(MpiCommunicator, ExchangesMessagesOfDifferentLengthsInPieces) {
  const auto comm = make_comm(64);
  const int partner = comm->rank() ^ 1;
  if (partner < comm->size()) {
    const auto length = [](int rank) { return static_cast<std::size_t>(rank % 2 == 0 ? 1000 : 0); };
    const auto out = numbers(comm->rank(), length(comm->rank()));
    std::vector<std::int32_t> in(length(partner));
    comm->exchange(partner, std::as_bytes(std::span(out)), std::as_writable_bytes(std::span(in)));
    EXPECT_EQ(in, numbers(partner, length(partner)));
  }
  comm->barrier();
}

TEST(MpiCommunicator, ReducesAndBroadcastsInPieces) {
  const auto comm = make_comm(40);
  std::vector<std::int64_t> values(101, comm->rank() + 1);
  comm->all_reduce_max(values);
  EXPECT_THAT(values, testing::Each(comm->size()));
  auto text = numbers(comm->rank(), 101);
  comm->broadcast(comm->size() - 1, std::as_writable_bytes(std::span(text)));
  EXPECT_EQ(text, numbers(comm->size() - 1, 101));
}

TEST(MpiCommunicator, SendsAlongARingInOrder) {
  const auto comm = make_comm();
  if (comm->size() == 1) return;  // no neighbour
  const int next = (comm->rank() + 1) % comm->size(), previous = (comm->rank() + comm->size() - 1) % comm->size();
  for (const int message : {1, 2, 3}) {
    const auto out = numbers(message, 1 << 18);
    std::vector<std::int32_t> in(out.size());
    // An even rank sends first, and rank 0 of an odd ring has an even neighbour on one side: it receives last.
    const bool send_first = comm->rank() % 2 == 0;
    if (send_first) comm->send(next, std::as_bytes(std::span(out)));
    comm->receive(previous, std::as_writable_bytes(std::span(in)));
    if (!send_first) comm->send(next, std::as_bytes(std::span(out)));
    EXPECT_EQ(in, out);
  }
}

TEST(MpiCommunicator, NamesTheRankAndThePlaceWhenADeadlineIsMissed) {
  const auto comm = make_comm(std::size_t{1} << 30, 0.2);
  if (comm->size() == 1) return;  // nobody to wait for
  comm->at("the all-reduce of step", 812);
  if (comm->rank() == 0) {
    std::array<std::byte, 1> in{};
    const auto start = steady_clock::now();
    try {
      comm->receive(1, in);
      ADD_FAILURE() << "did not throw";
    } catch (const RankFailure& failure) {
      EXPECT_THAT(failure.what(), testing::MatchesRegex(R"(rank 1 \(node .+\) has not answered for 0\.2 s in the all-reduce of step 812)"));
    }
    EXPECT_LT(steady_clock::now() - start, std::chrono::seconds(2));
    EXPECT_THROW(comm->barrier(), RankFailure) << "a failed communicator was used again";
  }
}

TEST(MpiCommunicator, RefusesAMessageOfAnotherLength) {
  const auto comm = make_comm();
  if (comm->size() == 1) return;  // nobody to send
  std::array<std::byte, 8> message{};
  if (comm->rank() == 0) comm->send(1, std::span(message).first(4));
  if (comm->rank() == 1) {
    EXPECT_THROW(comm->receive(0, message), RankFailure);
  }
}

TEST(MpiCommunicator, UsesUnderFivePercentOfACoreWhileItWaits) {
  constexpr double deadline = 2;  // seconds
  const auto comm = make_comm(std::size_t{1} << 30, deadline);
  if (comm->size() == 1) return;  // nobody to wait for
  comm->barrier();
  const double cpu_before = cpu_seconds();
  std::array<std::byte, 1> never_sent{};
  EXPECT_THROW(comm->receive((comm->rank() + 1) % comm->size(), never_sent), RankFailure);
  const double share = (cpu_seconds() - cpu_before) / deadline;
  RecordProperty("cpu_percent", std::to_string(100 * share));
  if (comm->rank() == 0) std::printf("rank 0 of %d used %.2f %% of a core while it waited\n", comm->size(), 100 * share);
  EXPECT_LT(share, 0.05);
}

}  // namespace
}  // namespace agsweep
