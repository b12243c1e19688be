#include "workers/device/open_platform.hpp"

#include <cstdlib>  // ::setenv

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace agsweep {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

/// Driver, LibTorch and own library of the tests' build.
const PlatformLibraries fakes = {.driver = AGSWEEP_FAKE_DRIVER, .torch = AGSWEEP_FAKE_DRIVER, .own = AGSWEEP_FAKE_OWN};

/// What the driver says: its CUDA version, what cuInit returns, how many devices there are.
void let_driver_say(const char* version, const char* init, const char* devices) {
  ::setenv("FAKE_DRIVER_VERSION", version, 1);
  ::setenv("FAKE_DRIVER_INIT", init, 1);
  ::setenv("FAKE_DRIVER_DEVICES", devices, 1);
  ::setenv("FAKE_CUDA_DEVICES", devices, 1);
}

std::string reason(const PlatformLibraries& libraries) {
  const OpenedPlatform opened = open_platform(libraries);
  EXPECT_EQ(opened.platform, nullptr);
  return opened.reason;
}

TEST(OpenPlatform, GivesTheDevicesWhereAllIsThere) {
  let_driver_say("13000", "0", "2");
  const OpenedPlatform opened = open_platform(fakes);
  EXPECT_EQ(opened.reason, "");
  ASSERT_NE(opened.platform, nullptr);
  EXPECT_EQ(opened.platform->count(), 2);
}

TEST(OpenPlatform, SaysThatThereIsNoDriver) {
  PlatformLibraries libraries = fakes;
  libraries.driver = "libno-such-driver.so.1";
  EXPECT_EQ(reason(libraries), "no NVIDIA driver is found (libno-such-driver.so.1 cannot be opened)");
}

TEST(OpenPlatform, SaysThatTheDriverIsTooOld) {
  let_driver_say("12080", "0", "1");
  EXPECT_EQ(reason(fakes), "the NVIDIA driver is too old: it supports CUDA 12.8, and CUDA 13.0 needs driver 580 or newer");
}

TEST(OpenPlatform, SaysThatTheDriverDoesNotStart) {
  let_driver_say("13000", "999", "1");
  EXPECT_THAT(reason(fakes), HasSubstr("cuInit gives 999"));
}

TEST(OpenPlatform, SaysThatNoDeviceIsVisible) {
  let_driver_say("13000", "100", "0");
  EXPECT_THAT(reason(fakes), StartsWith("the NVIDIA driver shows no device: see CUDA_VISIBLE_DEVICES"));
  let_driver_say("13000", "0", "0");
  EXPECT_THAT(reason(fakes), StartsWith("the NVIDIA driver shows no device"));
}

TEST(OpenPlatform, SaysThatCudaFailsWhereTheDriverDoesNot) {
  let_driver_say("13000", "0", "1");
  ::setenv("FAKE_CUDA_DEVICES", "-1", 1);
  EXPECT_EQ(reason(fakes), "cudaGetDeviceCount: an error");
  ::setenv("FAKE_CUDA_DEVICES", "0", 1);
  EXPECT_EQ(reason(fakes), "CUDA shows no device, though the driver has one");
}

TEST(OpenPlatform, SaysThatLibTorchsCudaPartIsMissing) {
  let_driver_say("13000", "0", "1");
  PlatformLibraries libraries = fakes;
  libraries.torch = "libno-such-torch.so";
  EXPECT_THAT(reason(libraries), StartsWith("LibTorch's CUDA libraries are not there: run scripts/setup --cuda (libno-such-torch.so"));
}

TEST(OpenPlatform, SaysThatTheBuildHasNoCudaPart) {
  let_driver_say("13000", "0", "1");
  PlatformLibraries libraries = fakes;
  libraries.own = "libno-such-part.so";
  EXPECT_THAT(reason(libraries), StartsWith("this build has no CUDA part"));
  libraries.own = AGSWEEP_FAKE_DRIVER;
  EXPECT_THAT(reason(libraries), HasSubstr("is not of this program"));
}

}  // namespace
}  // namespace agsweep
