#include "workers/device/cuda/cuda_facts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/error_of.hpp"
#include "tests/support/fake_cuda_runtime.hpp"
#include "workers/device/cuda/device_peaks.hpp"

namespace agsweep {
namespace {

using testing_support::error_of;
using testing_support::fail_next;
using testing_support::set_fake_devices;

TEST(CudaFacts, TellsADevicesNameUuidCapabilityMemoryAndPeak) {
  set_fake_devices(
      {{.name = "NVIDIA H100 80GB HBM3", .major = 9, .minor = 0, .memory = 1000}, {.name = "NVIDIA L40S", .major = 8, .minor = 9}});
  EXPECT_EQ(cuda_device_count(), 2);
  const DeviceFacts h100 = cuda_device_facts(0);
  EXPECT_EQ(h100.name, "NVIDIA H100 80GB HBM3");
  EXPECT_EQ(h100.uuid, "GPU-00010203-0405-0607-0809-0a0b0c0d0e0f");
  EXPECT_EQ(h100.capability, 90);
  EXPECT_EQ(h100.memory, 1000);
  EXPECT_DOUBLE_EQ(h100.peak_bf16_flops, 989.4e12);
  EXPECT_EQ(cuda_device_facts(1).capability, 89);
  EXPECT_NE(cuda_device_facts(1).uuid, h100.uuid);
}

TEST(CudaFacts, NoDeviceIsNoError) {
  set_fake_devices({});
  EXPECT_EQ(cuda_device_count(), 0);
  EXPECT_EQ(cudaGetLastError(), cudaSuccess);
}

TEST(CudaFacts, AFailureNamesCallAndDevice) {
  set_fake_devices({{}});
  EXPECT_EQ(error_of<RunTimeError>([] { cuda_device_facts(5); }),
            "cudaGetDeviceProperties on device 5: invalid device ordinal (cudaErrorInvalidDevice)");
  fail_next("cudaGetDeviceCount", cudaErrorIllegalAddress);
  EXPECT_EQ(error_of<RunTimeError>([] { cuda_device_count(); }),
            "cudaGetDeviceCount: an illegal memory access was encountered (cudaErrorIllegalAddress)");
}

TEST(CudaFacts, TellsTheVersionsOfDriverCudaAndNccl) {
  const auto versions = cuda_versions();
  ASSERT_EQ(versions.size(), 3);
  EXPECT_EQ(versions[0].first, "driver");
  EXPECT_EQ(versions[1], std::pair(std::string("cuda"), std::string("13.0")));
  EXPECT_THAT(versions[2].second, testing::StartsWith("2."));
}

TEST(CudaFacts, FindsTheDriversVersionInItsWords) {
  EXPECT_EQ(driver_version("NVRM version: NVIDIA UNIX x86_64 Kernel Module  580.159.03  Tue Mar  3 10:00:00 UTC 2026"), "580.159.03");
  EXPECT_EQ(driver_version("NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.65.06  Release Build  (root@host)"), "580.65.06");
  EXPECT_EQ(driver_version(""), "");
}

TEST(DevicePeaks, TellsVariantsOfACardApart) {
  EXPECT_DOUBLE_EQ(device_peaks("NVIDIA H100 PCIe").bf16, 756.5e12);
  EXPECT_DOUBLE_EQ(device_peaks("NVIDIA H200").fp32, 66.9e12);
  EXPECT_DOUBLE_EQ(device_peaks("NVIDIA A100-SXM4-80GB").bf16, 312e12);
  EXPECT_DOUBLE_EQ(device_peaks("NVIDIA L40S").bf16, 362.1e12);
  EXPECT_DOUBLE_EQ(device_peaks("NVIDIA GeForce RTX 4090").bf16, 165.2e12);
  EXPECT_DOUBLE_EQ(device_peaks("Another card").bf16, 0);
}

}  // namespace
}  // namespace agsweep
