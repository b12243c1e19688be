#include <array>
#include <atomic>
#include <cstdlib>  // std::getenv
#include <string>
#include <thread>

#include <ATen/Context.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/error_of.hpp"
#include "tests/support/fake_cuda_runtime.hpp"
#include "tests/support/fake_torch_cuda.hpp"
#include "workers/device/cuda/cuda_platform.hpp"
#include "workers/device/cuda/cuda_scratch_memory.hpp"
#include "workers/device/cuda/cuda_stream.hpp"
#include "workers/device/device_stream.hpp"

namespace agsweep {
namespace {

using testing::HasSubstr;
using testing_support::emptied_caches;
using testing_support::error_of;
using testing_support::fail_next;
using testing_support::limit_device_memory;
using testing_support::live_cuda_objects;
using testing_support::live_graph_pools;
using testing_support::set_fake_devices;

constexpr double patience = 10;  // seconds

class CudaStreamTest : public testing::Test {
 protected:
  CudaStreamTest() {
    set_fake_devices({{}});
    platform().make_stream(0, patience).reset();
    objects_ = live_cuda_objects();  // the pool's stream stays
    stream = platform().make_stream(0, patience);
  }
  ~CudaStreamTest() override {
    stream.reset();
    EXPECT_EQ(live_cuda_objects(), objects_);
    EXPECT_EQ(live_graph_pools(), 0);
  }

  static DevicePlatform& platform() { return *agsweep_device_platform(); }

  void wait(int slot) {
    while (!stream->reached(slot)) std::this_thread::yield();
  }

  static cudaStream_t handle(DeviceStream& of) { return dynamic_cast<CudaStream&>(of).get(); }

  std::unique_ptr<DeviceStream> stream;
  int objects_ = 0;  // of CUDA that are there without `stream`
};

TEST_F(CudaStreamTest, CopiesInOrderThroughPageLockedMemory) {
  stream->enter();
  const auto host = stream->host_memory(4);
  std::array<char, 4> device{};
  host[0] = std::byte{'x'};
  stream->copy_in(device.data(), host.data(), 1);
  stream->copy_in(&device[1], device.data(), 1);
  stream->copy_out(&host[2], &device[1], 1);
  stream->mark(2);
  wait(2);
  EXPECT_EQ(host[2], std::byte{'x'});
}

TEST_F(CudaStreamTest, AMarkIsReachedWhenAllBeforeItIsDone) {
  std::array<char, 2> memory = {1, 0};
  EXPECT_TRUE(stream->reached(0));
  for (int slot = 0; slot < DeviceStream::slots; ++slot) {
    stream->copy_in(&memory[1], memory.data(), 1);
    stream->mark(slot);
  }
  wait(DeviceStream::slots - 1);
  EXPECT_TRUE(stream->reached(0));
}

TEST_F(CudaStreamTest, AGraphRunsWhatWasRecordedAtEachLaunchAndNotBefore) {
  std::array<int, 2> memory = {1, 0};
  const auto graph = stream->record([&] { stream->copy_in(&memory[1], memory.data(), sizeof(int)); });
  stream->mark(0);
  wait(0);
  EXPECT_EQ(memory[1], 0);
  for (int value = 5; value < 8; ++value) {
    memory[0] = value;
    graph->launch();
    stream->mark(0);
    wait(0);
    EXPECT_EQ(memory[1], value);
  }
}

TEST_F(CudaStreamTest, ARecordingThatThrowsLeavesTheStreamUsable) {
  EXPECT_EQ(error_of<RunTimeError>([&] { stream->record([] { throw RunTimeError("no"); }); }), "no");
  fail_next("cudaGraphInstantiate", cudaErrorMemoryAllocation);
  EXPECT_THAT(error_of<TrialFailure>([&] { stream->record([] {}); }),
              HasSubstr("cudaGraphInstantiate on device 0: memory does not suffice"));
  fail_next("cudaStreamBeginCapture", cudaErrorIllegalAddress);
  EXPECT_THAT(error_of<RunTimeError>([&] { stream->record([] {}); }), HasSubstr("cudaStreamBeginCapture on device 0"));
  stream->record([] {})->launch();
  stream->mark(0);
  wait(0);
}

TEST_F(CudaStreamTest, AnErrorOfTheDeviceNamesCallAndDevice) {
  stream->mark(1);
  fail_next("cudaEventQuery", cudaErrorIllegalAddress);
  EXPECT_EQ(error_of<RunTimeError>([&] { stream->reached(1); }),
            "cudaEventQuery on device 0: an illegal memory access was encountered (cudaErrorIllegalAddress)");
  fail_next("cudaHostAlloc", cudaErrorMemoryAllocation);
  EXPECT_THAT(error_of<TrialFailure>([&] { stream->host_memory(8); }), HasSubstr("cudaHostAlloc on device 0: memory does not suffice"));
}

TEST_F(CudaStreamTest, TellsTheDevicesMemoryBeforeAnyTensorIsMade) {
  EXPECT_EQ(stream->memory().total, std::int64_t{80} << 30);
  EXPECT_EQ(stream->memory().in_use, 0);
}

TEST_F(CudaStreamTest, ScratchMemoryGrowsAndKeepsWhatItGave) {
  CudaScratchMemory scratch(nullptr);
  void* const first = scratch.grow(1000);
  EXPECT_EQ(scratch.grow(500), first);
  EXPECT_NE(scratch.grow(1001), first);
  EXPECT_EQ(stream->memory().in_use, 1000 + 2000);
}

TEST_F(CudaStreamTest, ForgetsWhatATrainingBeforeItHadInUseAtMost) {
  { CudaScratchMemory(nullptr).grow(5000); }
  EXPECT_GE(stream->memory().peak, 5000);
  stream.reset();
  stream = platform().make_stream(0, patience);
  EXPECT_EQ(stream->memory().peak, stream->memory().in_use);
}

TEST_F(CudaStreamTest, MemoryThatTheDeviceDoesNotHaveFailsTheTrialWithTheBytesWanted) {
  CudaScratchMemory scratch(nullptr);
  limit_device_memory(100);
  EXPECT_EQ(
      error_of<TrialFailure>([&] { scratch.grow(101); }),
      "the device's memory does not suffice: 101 bytes were wanted; GPU 0 has a total capacity of 80.00 GiB of which 1.00 GiB is free");
  limit_device_memory(std::size_t{1} << 40);
}

TEST_F(CudaStreamTest, ADeviceThatIsNotThereOrTooOldIsRefused) {
  EXPECT_THAT(error_of<RunTimeError>([] { platform().make_stream(1, patience); }), HasSubstr("device 1: invalid device ordinal"));
  set_fake_devices({{.name = "Tesla V100-SXM2-32GB", .major = 7, .minor = 0}});
  EXPECT_EQ(error_of<RunTimeError>([] { platform().make_stream(0, patience); }),
            "device 0 (Tesla V100-SXM2-32GB) has compute capability 7.0; the kernels need 8.0 or later (A100 and newer)");
}

TEST_F(CudaStreamTest, ProductsAreWhatTheirTypeSays) {
  EXPECT_EQ(platform().count(), 1);
  EXPECT_FALSE(at::globalContext().allowTF32CuBLAS());
  EXPECT_NE(at::globalContext().allowBF16ReductionCuBLAS(), at::CuBLASReductionOption::AllowReducedPrecisionWithSplitK);
  EXPECT_STREQ(std::getenv("CUBLAS_WORKSPACE_CONFIG"), ":4096:8");
  EXPECT_TRUE(at::globalContext().deterministicAlgorithms());
  EXPECT_FALSE(at::globalContext().deterministicFillUninitializedMemory());
  platform().require_same_bits();
  EXPECT_STREQ(std::getenv("NCCL_NVLS_ENABLE"), "0");
}

TEST_F(CudaStreamTest, ATrainingTakesOverTheStreamOfOneThatHasEnded) {
  const cudaStream_t first = handle(*stream);
  for (int training = 0; training < 5; ++training) {
    stream.reset();
    stream = platform().make_stream(0, patience);
    EXPECT_EQ(handle(*stream), first);
  }
}

TEST_F(CudaStreamTest, TrainingsAtTheSameTimeHaveAStreamEach) {
  auto other = platform().make_stream(0, patience);
  EXPECT_NE(handle(*other), handle(*stream));
  other.reset();
  stream.reset();
  objects_ = live_cuda_objects();  // the pool's second stream stays
}

TEST_F(CudaStreamTest, ADeviceThatDoesNotComeToItsEndIsNotWaitedForLongerThanItsPatience) {
  auto stuck = platform().make_stream(0, 0.05);
  const cudaStream_t queue = handle(*stuck);
  stuck->host_memory(8);
  std::atomic<bool> hangs = true;
  const auto hang = [](void* until) { static_cast<std::atomic<bool>*>(until)->wait(true); };
  cudaLaunchHostFunc(queue, hang, &hangs);
  stuck->mark(0);
  EXPECT_FALSE(stuck->reached_in_time(0));
  const int before = live_cuda_objects();
  stuck.reset();
  EXPECT_EQ(live_cuda_objects(), before) << "what the device may still use stays";
  EXPECT_NE(handle(*platform().make_stream(0, patience)), queue);
  hangs = false;
  hangs.notify_all();
  cudaStreamSynchronize(queue);
  stream.reset();
  objects_ = live_cuda_objects();
}

TEST_F(CudaStreamTest, AThreadTakesOverItsOwnStream) {  // whose cuBLAS workspace is there
  auto mine = platform().make_stream(0, patience);
  const cudaStream_t first = handle(*mine);
  std::thread([] { platform().make_stream(0, patience).reset(); }).join();  // another one, given back before
  mine.reset();
  mine = platform().make_stream(0, patience);
  EXPECT_EQ(handle(*mine), first);
  mine.reset();
  stream.reset();
  objects_ = live_cuda_objects();
}

TEST_F(CudaStreamTest, AGroupOfOneRankIsConnected) {
  const int before = emptied_caches();
  const auto group = platform().connect(*stream, platform().new_group(), 0, 1, 10, {});
  float value = 3;
  group->all_reduce_sum(&value, 1);
  stream->mark(0);
  wait(0);
  EXPECT_EQ(value, 3);
  EXPECT_EQ(emptied_caches(), before + 1) << "NCCL cannot use what LibTorch keeps";
}

}  // namespace
}  // namespace agsweep
