#include "workers/device/cuda/nccl_communicator.hpp"

#include <array>
#include <numeric>  // std::iota
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/fake_cuda_runtime.hpp"
#include "tests/support/mpi_session.hpp"
#include "tests/support/nccl_double.hpp"
#include "tests/workers/device/test_stream.hpp"

namespace agsweep {
namespace {

using testing_support::TestStream;

constexpr double timeout = 10;

/// A rank's stream and communicator over the test's job.
struct Member {
  std::unique_ptr<Communicator> job = testing_support::test_session().world(timeout);
  int rank = job->rank();
  int ranks = job->size();
  TestStream stream;
  NcclCommunicator comm{0, stream.get(), shared_id(), rank, ranks, timeout};

  DeviceGroupId shared_id() const {
    DeviceGroupId id{};
    if (rank == 0) id = NcclCommunicator::new_group();
    job->broadcast(0, id);
    return id;
  }

  void wait() { stream.wait(comm, timeout); }
};

std::vector<std::int32_t> numbers(int first, std::size_t count) {
  std::vector<std::int32_t> values(count);
  std::iota(values.begin(), values.end(), first);
  return values;
}

TEST(NcclCommunicator, SumsEveryTypeOverTheRanks) {
  Member member;
  const int ranks = member.ranks;
  std::vector<float> floats(100'000, static_cast<float>(member.rank));  // more than the double moves at once
  std::array<double, 1> doubles = {0.5};
  std::array<std::int64_t, 1> integers = {std::int64_t{1} << 40};
  member.comm.all_reduce_sum(floats.data(), 100'000);
  member.comm.all_reduce_sum(doubles.data(), 1);
  member.comm.all_reduce_sum(integers.data(), 1);
  member.wait();
  const int sum_of_ranks = ranks * (ranks - 1) / 2;
  EXPECT_EQ(floats, std::vector<float>(100'000, static_cast<float>(sum_of_ranks)));
  EXPECT_EQ(doubles[0], 0.5 * ranks);
  EXPECT_EQ(integers[0], (std::int64_t{1} << 40) * ranks);
}

TEST(NcclCommunicator, SendsAndReceivesInOneGroup) {
  Member member;
  const int next = (member.rank + 1) % member.ranks;
  const int previous = (member.rank + member.ranks - 1) % member.ranks;
  const auto out = numbers(1000 * member.rank, 50'000);
  std::vector<std::int32_t> in(out.size());
  const auto bytes = static_cast<std::int64_t>(out.size() * sizeof out[0]);
  member.comm.begin_group();
  member.comm.send(next, out.data(), bytes);
  member.comm.receive(previous, in.data(), bytes);
  member.comm.end_group();
  member.wait();
  EXPECT_EQ(in, numbers(1000 * previous, 50'000));
}

TEST(NcclCommunicator, SendsAlongATreeWithoutGroups) {
  Member member;
  std::int64_t value = member.rank;
  for (int distance = 1; distance < member.ranks; distance *= 2) {
    if (member.rank % (2 * distance) == distance) {
      member.comm.send(member.rank - distance, &value, sizeof value);
    } else if (member.rank % (2 * distance) == 0 && member.rank + distance < member.ranks) {
      std::int64_t other = 0;
      member.comm.receive(member.rank + distance, &other, sizeof other);
      member.wait();
      value += other;
    }
  }
  member.wait();
  const int sum = member.ranks * (member.ranks - 1) / 2;
  EXPECT_TRUE(member.rank != 0 || value == sum) << value;
}

TEST(NcclCommunicator, TakesItsTurnOnTheStream) {
  Member member;
  std::array<float, 4> start = {1, 2, 3, 4};
  std::array<float, 4> values{};
  std::array<float, 4> result{};
  cudaMemcpyAsync(values.data(), start.data(), sizeof start, cudaMemcpyHostToDevice, member.stream.get());
  member.comm.all_reduce_sum(values.data(), 4);
  cudaMemcpyAsync(result.data(), values.data(), sizeof values, cudaMemcpyDeviceToHost, member.stream.get());
  member.wait();
  for (std::size_t i = 0; i < result.size(); ++i) EXPECT_EQ(result[i], start[i] * static_cast<float>(member.ranks));
}

TEST(NcclCommunicator, LeavesNothingBehind) {
  {
    Member member;
    float value = 1;
    member.comm.all_reduce_sum(&value, 1);
    member.wait();
  }
  EXPECT_EQ(testing_support::live_nccl_communicators(), 0);
  EXPECT_EQ(testing_support::live_cuda_objects(), 0);
}

}  // namespace
}  // namespace agsweep
