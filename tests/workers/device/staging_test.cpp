#include "workers/device/staging.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "tests/support/emulated_device.hpp"
#include "tests/support/error_of.hpp"
#include "workers/device/workers.hpp"

namespace agsweep {
namespace {

using testing::HasSubstr;
using testing_support::error_of;

/// A device that does nothing more.
class StoppedDevice final : public EmulatedStream {
 public:
  StoppedDevice() : EmulatedStream(0.02) {}
  bool reached(int /*slot*/) override { return false; }
};

TEST(Staging, WaitsForADeviceThatHasStoppedOnlyAsLongAsItsPatience) {
  StoppedDevice device;
  Staging staging(device);
  std::byte memory{};
  const auto copy = [&] { staging.copy(&memory, 1, [](std::byte* host) { *host = std::byte{7}; }); };
  for (int piece = 0; piece < Staging::slots; ++piece) copy();
  EXPECT_EQ(memory, std::byte{7});
  EXPECT_THAT(error_of<RunTimeError>(copy), HasSubstr("within 0.02 s"));
}

TEST(Workers, WaitForADeviceThatHasStoppedOnlyAsLongAsItsPatience) {
  Workers workers(std::make_unique<StoppedDevice>());
  EXPECT_THAT(error_of<RunTimeError>([&] { workers.on_host(at::zeros({1})); }), HasSubstr("within 0.02 s"));
}

}  // namespace
}  // namespace agsweep
