// Trainings over NCCL's double, 2 and 4 ranks, one of which meets a fault: all leave in time, with one reason, and leave nothing behind.
#include <atomic>
#include <chrono>
#include <cstdlib>  // ::setenv
#include <filesystem>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "tests/support/device_training.hpp"
#include "tests/support/error_of.hpp"
#include "tests/support/mpi_session.hpp"
#include "tests/support/nccl_device.hpp"
#include "tests/support/temporary_folder.hpp"
#include "workers/device/compute_place.hpp"
#include "workers/gpt2/gpt2_config.hpp"
#include "workers/gpt2/random_gpt2.hpp"
#include "workers/train/shared_weights.hpp"
#include "workers/train/train.hpp"

namespace agsweep {
namespace {

using namespace testing_support;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

constexpr double deadline = 0.5;  // where it is to be missed
constexpr double patience = 15;   // where it is not
constexpr int steps = 5;

TrainConfig faulty_config(Reduction reduction, int ranks) {
  TrainConfig config = tiny_config();
  config.layers = 1;
  config.shards = ranks;
  config.reduction = reduction;
  return config;
}

/// Expects at its end that nobody has waited for a rank that does not come.
class NoLongWait {
 public:
  NoLongWait() = default;
  NoLongWait(const NoLongWait&) = delete;
  NoLongWait& operator=(const NoLongWait&) = delete;
  ~NoLongWait() {
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start_;
    EXPECT_LT(passed.count(), 0.8 * patience) << "the deadline, and what steps take";
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// Says the same as the other ranks do.
std::string agreed(Communicator& comm, const std::string& said) {
  std::string first = said;
  broadcast_text(comm, first);
  EXPECT_EQ(said, first) << "on rank " << comm.rank();
  return first;
}

class DeviceFaults : public testing::TestWithParam<Reduction> {
 protected:
  ~DeviceFaults() override {
    ::unsetenv("AGSWEEP_NCCL_FAULT");
    EXPECT_EQ(NcclQueue::live_objects(), 0);
    comm_->barrier();
  }

  int ranks() const { return comm_->size(); }
  /// Of NCCL's, on each rank: values, loss and confusion matrix, in tree mode to a partner and from it at each level.
  int calls_of_a_step() const {
    if (GetParam() == Reduction::allreduce) return 3;
    int calls = 0;
    for (int distance = 1; distance < ranks(); distance *= 2) calls += 6;
    return calls;
  }
  bool is_last() const { return comm_->rank() == ranks() - 1; }

  /// The n-th call of the last rank meets a fault of the double.
  void inject(int call, const std::string& kind) {
    stalls_ = kind == "stall";
    ::setenv("AGSWEEP_NCCL_FAULT", fmt::format("{}:{}:{}", ranks() - 1, call, kind).c_str(), 1);
  }

  /// Some steps. @return what ended them, the same on all ranks
  template <typename Failure>
  std::string train(double wait) {
    const NoLongWait check;
    const TrainConfig config = faulty_config(GetParam(), ranks());
    NcclDevices platform(/*patience=*/stalls_ ? 0.2 : 10);
    const ComputePlace place{.platform = &platform, .device = 0};
    const auto workers = place.make_workers(1, wait);
    const auto model = tiny_transformer(config);
    const auto group = place.connect(*comm_, *workers, patience, GetParam() == Reduction::tree);
    EXPECT_EQ(platform.connected_with_same_bits, GetParam() == Reduction::tree);
    const auto trainer = make_trainer(*comm_, *workers, *model, config, 40, group.get());
    trainer->settled_parameters().assign(model->start_values(config.seed));
    if (diverges_) trainer->settled_parameters().flat().fill_(std::numeric_limits<float>::quiet_NaN());
    auto& device = dynamic_cast<NcclDevice&>(*workers->stream());
    const std::string said = error_of<Failure>([&] {
      const Split split = few_token_split(16);
      for (int step = 1; step <= steps; ++step) {
        if (step == fails_in_step_ && is_last()) device.on_look = [] { throw RunTimeError("an illegal memory access was encountered"); };
        trainer->step(split, all_rows(split), false);
      }
      if (fails_at_the_end_ && is_last()) device.on_look = [] { throw RunTimeError("an illegal memory access was encountered"); };
      while (trainer->finish()) {
      }
    });
    return agreed(*comm_, said);
  }

  /// @return what ended the set-up of the devices' group
  template <typename Failure>
  std::string connect(NcclDevices& platform, double wait) {
    const NoLongWait check;
    const ComputePlace place{.platform = &platform, .device = 0};
    const auto workers = place.make_workers(1, wait);
    return error_of<Failure>([&] { place.connect(*comm_, *workers, wait, false); });
  }

  std::unique_ptr<Communicator> comm_ = test_session().world(patience);
  bool stalls_ = false;
  bool diverges_ = false;
  int fails_in_step_ = 0;  // from when on the last rank's device has failed; 0: never
  bool fails_at_the_end_ = false;
};

INSTANTIATE_TEST_SUITE_P(Reductions, DeviceFaults, testing::Values(Reduction::allreduce, Reduction::tree),
                         [](const auto& of) { return std::string(to_word(of.param)); });

TEST_P(DeviceFaults, AreNotThereWhenNoneIsInjected) { EXPECT_EQ(train<RankFailure>(patience), "no error"); }

TEST_P(DeviceFaults, AnErrorOfNcclIsToldByTheRankThatMetIt) {
  inject(7, "error");
  EXPECT_THAT(train<RankFailure>(patience), AllOf(StartsWith(fmt::format("rank {}: the gradients' sum of step ", ranks() - 1)),
                                                  HasSubstr(fmt::format("rank {} of {}: NCCL's ", ranks() - 1, ranks())),
                                                  HasSubstr("of the group"), HasSubstr("unhandled system error: injected at call 7")));
}

TEST_P(DeviceFaults, ARankWhoseNcclStallsEndsAllAtTheDeadline) {
  inject(7, "stall");
  EXPECT_THAT(train<RankFailure>(deadline), AllOf(HasSubstr("the gradients' sum of step "),
                                                  HasSubstr(fmt::format(" of {}: NCCL's ", ranks())), HasSubstr("no end within 0.5 s")));
}

TEST_P(DeviceFaults, ADeviceThatFailsIsNotWaitedForByTheOthers) {
  fails_in_step_ = 3;
  inject(calls_of_a_step() + 1, "stall");  // as a device that does nothing more
  EXPECT_EQ(train<RunTimeError>(patience),
            fmt::format("rank {}: step 2 or one before it: an illegal memory access was encountered", ranks() - 1));
}

TEST_P(DeviceFaults, ADeviceThatFailsInTheLastStepEndsAll) {
  fails_at_the_end_ = true;
  EXPECT_EQ(train<RunTimeError>(patience),
            fmt::format("rank {}: step {} or one before it: an illegal memory access was encountered", ranks() - 1, steps));
}

TEST_P(DeviceFaults, ADeviceThatFailsGoesBeforeALossThatIsNotFinite) {
  diverges_ = true;
  fails_in_step_ = 2;
  EXPECT_EQ(train<RunTimeError>(patience),
            fmt::format("rank {}: step 1 or one before it: an illegal memory access was encountered", ranks() - 1));
}

TEST_P(DeviceFaults, MemoryThatRunsOutInNcclFailsTheTrialOnAllRanks) {
  inject(1, "memory");
  EXPECT_THAT(train<TrialFailure>(patience),
              AllOf(StartsWith(fmt::format("rank {0}: rank {0} of {1}: NCCL's ", ranks() - 1, ranks())),
                    HasSubstr("the device's memory does not suffice: unhandled cuda error: Failed to CUDA malloc 4194304 bytes")));
}

TEST_P(DeviceFaults, MemoryThatRunsOutWhileRanksConnectFailsTheTrialOnAllRanks) {
  inject(0, "memory");
  NcclDevices platform;
  EXPECT_EQ(connect<TrialFailure>(platform, patience),
            fmt::format("rank {0}: rank {0} of {1}: NCCL's set-up (call 0 of the group): the device's memory does not suffice: "
                        "unhandled cuda error: Failed to CUDA malloc 4194304 bytes",
                        ranks() - 1, ranks()));
}

TEST_P(DeviceFaults, ARankThatFailsBeforeItConnectsIsNotWaitedFor) {
  NcclDevices platform;
  platform.fails_before_nccl = is_last();
  EXPECT_EQ(connect<RunTimeError>(platform, patience),
            fmt::format("rank {}: device 0: an illegal memory access was encountered", ranks() - 1));
}

TEST_P(DeviceFaults, ARankThatDoesNotConnectEndsAll) {
  inject(0, "stall");
  NcclDevices platform;
  EXPECT_THAT(connect<RankFailure>(platform, deadline), HasSubstr("a rank has not answered for 0.5 s"));
}

/// Says nothing, and wants every file.
struct SilentObserver final : TrainObserver {
  void on_start(std::int64_t /*total*/, std::int64_t /*of_epoch*/, std::int64_t /*done*/) override {}
  void on_step(const StepReport& /*report*/) override {}
  void on_evaluation(std::string_view /*split*/, std::int64_t /*done*/, std::int64_t /*all*/) override {}
  void on_epoch(const EpochReport& /*report*/) override {}
  void on_message(std::string_view /*line*/) override {}
};

/// Six steps of LoRA over all ranks, with checkpoints.
class ResumedTraining : public testing::Test {
 protected:
  ResumedTraining() {
    std::string path = own_folder_.path();
    broadcast_text(*comm_, path);
    folder_ = path;
    on_rank_zero(*comm_,
                 [&] { write_random_gpt2(folder_ / "base", {.positions = 8, .width = 32, .layers = 1, .heads = 2, .ffn = 64}, 1); });
    config_.model = ModelKind::gpt2_lora;
    config_.weights = folder_ / "base";
    config_.lora_rank = 4;
    config_.shards = 4;
    config_.batch_size = 16;
    config_.epochs = 1;
    config_.checkpoint_every = 2;
    config_.timeout = patience;
    config_.tensorboard = false;
    corpus_.info.class_names = {"a", "b", "c", "d"};
    corpus_.info.max_length = 8;
    corpus_.train = few_token_split(96);
    corpus_.val = few_token_split(16);
  }
  ~ResumedTraining() override {
    ::unsetenv("AGSWEEP_NCCL_FAULT");
    comm_->barrier();  // before the folder goes
  }

  TrainOutcome train_in(const char* name, NcclDevices platform = NcclDevices()) {
    SharedWeights shared;
    SilentObserver observer;
    const std::atomic<bool> stop = false;
    RunIdentity identity;
    identity.folder = folder_ / name;
    return train(*comm_, corpus_, shared, {.platform = &platform, .device = 0}, config_, identity, observer, stop);
  }
  std::string weights_in(const char* name) const { return read_file(folder_ / name / "model.safetensors"); }

  std::unique_ptr<Communicator> comm_ = test_session().world(patience);
  TemporaryFolder own_folder_;
  std::filesystem::path folder_;  // rank 0's, of all
  TrainConfig config_ = tiny_config();
  Corpus corpus_;
};

TEST_F(ResumedTraining, AfterAFaultOfNcclHasTheBitsOfAnUndisturbedOne) {
  train_in("undisturbed");
  ::setenv("AGSWEEP_NCCL_FAULT", "1:27:error", 1);
  EXPECT_THAT(error_of<RankFailure>([&] { train_in("disturbed"); }), HasSubstr("injected at call 27"));
  ::unsetenv("AGSWEEP_NCCL_FAULT");
  EXPECT_EQ(NcclQueue::live_objects(), 0);
  config_.resume = true;
  const TrainOutcome outcome = train_in("disturbed");
  EXPECT_EQ(outcome.status, TrainStatus::done);
  on_rank_zero(*comm_, [&] { EXPECT_EQ(weights_in("disturbed"), weights_in("undisturbed")); });
}

TEST_F(ResumedTraining, ARankWithoutMemoryForItsTrainerIsNotWaitedFor) {
  const NoLongWait check;
  NcclDevices platform;
  platform.full = comm_->rank() == comm_->size() - 1;
  EXPECT_EQ(error_of<TrialFailure>([&] { train_in("full", platform); }),
            fmt::format("rank {}: cudaHostAlloc on device 0: memory does not suffice", comm_->size() - 1));
  comm_->barrier();
}

TEST_F(ResumedTraining, OnADeviceThatHasFailedForGoodIsNoFailureOfTheTrialAlone) {
  const bool mine = comm_->rank() == comm_->size() - 1;
  if (mine) {
    NcclDevices platform;
    platform.broken = true;
    EXPECT_THAT(error_of<RankFailure>([&] { train_in("broken", platform); }), HasSubstr("the device does not work any more: device 0"));
  } else {
    EXPECT_THAT(error_of<RunTimeError>([&] { train_in("broken"); }), HasSubstr("an illegal memory access"));
  }
  comm_->barrier();
}

}  // namespace
}  // namespace agsweep
