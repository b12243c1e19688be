#include "workers/device/workspace.hpp"

#include <cstdint>
#include <memory>

#include <gtest/gtest.h>

#include "workers/kernels/cpu/cpu_kernels.hpp"

namespace agsweep {
namespace {

TEST(Workspace, GivesAlignedMemoryAndTakesItBackAtAScopesEnd) {
  CpuKernels kernels;
  Workspace workspace(kernels);
  const std::byte* const first = workspace.take(3);
  const std::byte* inner = nullptr;
  {
    const Workspace::Scope scope(workspace);
    inner = workspace.take(5);
    workspace.take(std::size_t{100} << 20);
  }
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(first) % 64, 0U);
  EXPECT_EQ(inner, first + 64);
  EXPECT_EQ(workspace.take(7), inner);
  EXPECT_GT(workspace.peak(), std::size_t{100} << 20);
}

// Whatever outlives the first: in a sweep, records of its trial.
TEST(Workspace, LeavesItsMemoryToTheNext) {
  CpuKernels kernels;
  auto first = std::make_unique<Workspace>(kernels);
  const std::byte* const memory = first->take(1);
  first.reset();
  const auto outlives = std::make_unique<std::byte[]>(1000);
  Workspace second(kernels);
  EXPECT_EQ(second.take(1), memory);
  Workspace beside(kernels);
  EXPECT_NE(beside.take(1), memory);
}

}  // namespace
}  // namespace agsweep
