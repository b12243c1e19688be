#include <gtest/gtest.h>

#include "orchestrator/training/run_inputs.hpp"

namespace agsweep {
namespace {

JobDevices on_gpu(const char* name) {
  return {.kind = Device::cuda, .place = {}, .ranks = {}, .messages = {}, .facts = {{"device_name", name}}};
}

TEST(RecordDevice, RecordsTheGpuOfANewRun) {
  RunRecord record;
  EXPECT_EQ(record_device(on_gpu("NVIDIA H100"), record), "");
  EXPECT_EQ(record.device_name, "NVIDIA H100");
}

TEST(RecordDevice, NotesThatARunGoesOnOnAnotherGpu) {
  RunRecord record;
  record.device_name = "NVIDIA A100";
  EXPECT_EQ(record_device(on_gpu("NVIDIA H100"), record),
            "device: NVIDIA H100, but NVIDIA A100 before: from here on bits may differ from those of a run on one of them");
  EXPECT_EQ(record_device(on_gpu("NVIDIA H100"), record), "");
}

TEST(RecordDevice, RecordsNoCpu) {
  RunRecord record;
  EXPECT_EQ(record_device({}, record), "");
  EXPECT_EQ(record.device_name, "");
}

}  // namespace
}  // namespace agsweep
