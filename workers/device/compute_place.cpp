#include "workers/device/compute_place.hpp"

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
  return platform->connect(*workers.stream(), id, comm.rank(), comm.size(), timeout);
}

}  // namespace agsweep
