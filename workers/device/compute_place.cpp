#include "workers/device/compute_place.hpp"

#include "workers/device/group_end.hpp"
#include "workers/device/workers.hpp"

namespace agsweep {

std::unique_ptr<Workers> ComputePlace::make_workers(int threads, double timeout) const {
  return platform == nullptr ? std::make_unique<Workers>(threads) : std::make_unique<Workers>(platform->make_stream(device, timeout));
}

std::unique_ptr<DeviceCommunicator> ComputePlace::connect(Communicator& comm, Workers& workers, double timeout, bool same_bits) const {
  if (platform == nullptr || comm.size() == 1) return nullptr;
  if (same_bits) platform->require_same_bits();
  DeviceGroupId id{};
  on_rank_zero(comm, [&] { id = platform->new_group(); });
  comm.broadcast(0, id);
  const Alarm alarm{.raise = [&comm] { comm.alarm(); }, .raised = [&comm] { return comm.alarmed(); }};
  std::unique_ptr<DeviceCommunicator> group;
  const std::exception_ptr failure =
      failure_of([&] { group = platform->connect(*workers.stream(), id, comm.rank(), comm.size(), timeout, alarm); });
  if (failure) comm.alarm();  // where it was not NCCL that failed, nobody has been told yet
  agree(comm, group.get(), /*stop_requested=*/false, failure, [&] {
    if (group != nullptr) group->check();
  });
  return group;
}

}  // namespace agsweep
