#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "orchestrator/options/option_table.hpp"  // AskedOptions
#include "orchestrator/world/world.hpp"
#include "workers/comm/communicator.hpp"
#include "workers/device/compute_place.hpp"
#include "workers/device/device_choice.hpp"
#include "workers/device/open_platform.hpp"
#include "workers/torch/torch_library.hpp"
#include "workers/train/config.hpp"  // Device

namespace agsweep {

/// What one rank finds on its node, and the device that it takes.
struct FoundDevice {
  RankDevice device;   // visible 0: none is found
  int local_rank = 0;  // among the ranks of its node
  std::string name;    // of the device
  std::string reason;  // why none is found
};

/// By rank. Collective over comm. @param opened  this rank's
std::vector<FoundDevice> survey_devices(Communicator& comm, const World& world, const OpenedPlatform& opened);

/// Where the ranks of a job compute: all on the CPU, or each on a device of its node.
struct JobDevices {
  Device kind = Device::cpu;
  ComputePlace place;                 // this rank's
  TorchLibrary torch = {};            // what computes there
  std::vector<RankDevice> ranks;      // by rank; none on the CPU
  std::vector<std::string> messages;  // for a person: what "auto" has taken, and why
  nlohmann::json facts;               // keys of result.json: device, device_name, ...

  /// Checks the devices of one trial's ranks. @return a warning for a person; may be empty
  /// @throws UsageError when two share a device, unless NCCL is told to let them (NCCL_MULTI_RANK_GPU_ENABLE=1, from 2.30 on)
  std::string check_trial(const std::vector<int>& members) const;
};

/// --device, where it was given; nullopt: "auto".
std::optional<Device> asked_device(const AskedOptions& asked);

/// Opens LibTorch, then finds the devices that were asked for on every rank; nullopt: cuda where all ranks have one. Call it before any use
/// of ATen, which looks for CUDA once.
///
/// Collective over comm.
/// @throws RunTimeError on every rank when one cannot load LibTorch, or --device cuda finds none on one, with the reason; UsageError when
/// --device auto finds one on some ranks only, or when a rank does not find what SLURM gave its job
JobDevices find_devices(Communicator& comm, const World& world, std::optional<Device> asked);

/// The GPUs on which what was started on some goes on, checkpoints and all. Collective over comm.
/// @param what  "this run was"
/// @throws UsageError on every rank where not every rank has one
JobDevices devices_to_go_on(Communicator& comm, const World& world, std::string_view what);

/// What a run that was trained on `device` is evaluated on: on the CPU one of the CPU, whose bits it keeps; else what "auto" takes.
/// Collective over comm.
JobDevices devices_of_model(Communicator& comm, const World& world, Device device);

}  // namespace agsweep
