#include "orchestrator/world/diagnosis.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"

namespace agsweep {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

/// An H100 and a card that is too old.
class TwoCards final : public DevicePlatform {
 public:
  int count() override { return 2; }
  DeviceFacts facts(int device) override {
    if (device == 0) return {.name = "NVIDIA H100 80GB HBM3", .uuid = "GPU-0", .capability = 90, .memory = 85'000'000'000};
    return {.name = "Tesla V100-SXM2-32GB", .uuid = "GPU-1", .capability = 70, .memory = 34'000'000'000};
  }
  std::vector<std::pair<std::string, std::string>> versions() override {
    return {{"driver", "580.1"}, {"cuda", "13.0"}, {"nccl", "2.27.7"}};
  }
  void require_same_bits() override {}
  std::unique_ptr<DeviceStream> make_stream(int /*device*/, double /*patience*/) override { throw RunTimeError("not here"); }
  DeviceGroupId new_group() override { return {}; }
  std::unique_ptr<DeviceCommunicator> connect(DeviceStream& /*stream*/, const DeviceGroupId& /*id*/, int /*rank*/, int /*ranks*/,
                                              double /*timeout*/, Alarm /*alarm*/) override {
    return nullptr;
  }
};

FoundDevice found(int rank, const std::string& node, int device, int visible) {
  return {.device = {.rank = rank, .node = node, .device = device, .visible = visible, .uuid = fmt::format("GPU-{}", device)},
          .local_rank = rank,
          .name = visible > 0 ? "NVIDIA H100 80GB HBM3" : "",
          .reason = visible > 0 ? "" : "no NVIDIA driver is found"};
}

Diagnosis of(std::vector<FoundDevice> ranks) {
  TwoCards cards;
  return examine("", {.platform = &cards, .reason = {}}, ranks);
}

TEST(Diagnosis, TellsTheDevicesAndTheVersionsUnderThem) {
  const Diagnosis diagnosis = of({found(0, "a", 0, 2)});
  EXPECT_EQ(
      diagnosis.found["devices"][0],
      nlohmann::json({{"device", 0}, {"name", "NVIDIA H100 80GB HBM3"}, {"memory_bytes", 85'000'000'000}, {"compute_capability", "9.0"}}));
  EXPECT_EQ(diagnosis.found["versions"]["driver"], "580.1");
  EXPECT_EQ(diagnosis.found["versions"]["cuda"], "13.0");
  EXPECT_EQ(diagnosis.found["versions"]["nccl"], "2.27.7");
}

TEST(Diagnosis, NamesACardThatIsTooOld) {
  const Diagnosis diagnosis = of({found(0, "a", 0, 2)});
  EXPECT_THAT(
      diagnosis.notes,
      Contains(HasSubstr("device 1 (Tesla V100-SXM2-32GB) has compute capability 7.0; the kernels need 8.0 or later (A100 and newer)")));
  EXPECT_THAT(diagnosis.notes, Not(Contains(HasSubstr("device 0"))));
}

TEST(Diagnosis, TellsWhyThereIsNoDevice) {
  const Diagnosis diagnosis = examine("", {.platform = nullptr, .reason = "the NVIDIA driver is too old"}, {});
  EXPECT_EQ(diagnosis.found["devices"], nlohmann::json::array());
  EXPECT_THAT(diagnosis.notes, Contains("no GPU can be used, so agsweep computes on the CPU: the NVIDIA driver is too old"));
}

TEST(Diagnosis, TellsWhatEachRankWouldComputeOn) {
  const Diagnosis diagnosis = of({found(0, "a", 0, 2), found(1, "a", 1, 2)});
  EXPECT_EQ(diagnosis.found["ranks"][1], nlohmann::json({{"rank", 1},
                                                         {"node", "a"},
                                                         {"local_rank", 1},
                                                         {"visible_devices", 2},
                                                         {"device", 1},
                                                         {"device_name", "NVIDIA H100 80GB HBM3"},
                                                         {"reason", nullptr}}));
}

TEST(Diagnosis, WarnsOfRanksThatShareADeviceOrHaveNone) {
  EXPECT_THAT(of({found(0, "a", 0, 1), found(1, "a", 0, 1)}).notes, Contains(HasSubstr("ranks 0 and 1 of one trial would share device 0")));
  EXPECT_THAT(of({found(0, "a", 0, 1), found(1, "b", 0, 0)}).notes, Contains(HasSubstr("some ranks have a GPU and some have none")));
}

TEST(Diagnosis, IsALineAFactForAPerson) {
  const std::string text = diagnosis_text(of({found(0, "a", 0, 2), found(1, "b", 0, 0)}));
  EXPECT_THAT(text, HasSubstr("\ndriver                  580.1\n"));
  EXPECT_THAT(text, HasSubstr("\ndevice 0                NVIDIA H100 80GB HBM3, 85.0 GB, compute capability 9.0\n"));
  EXPECT_THAT(text, HasSubstr("\nrank 0: node a, local rank 0, device 0 of 2 (NVIDIA H100 80GB HBM3)\n"));
  EXPECT_THAT(text, HasSubstr("\nrank 1: node b, local rank 1, the CPU, since no NVIDIA driver is found\n"));
}

}  // namespace
}  // namespace agsweep
