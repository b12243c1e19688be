#pragma once

#include <exception>
#include <functional>

#include "workers/comm/communicator.hpp"
#include "workers/device/device_communicator.hpp"
#include "workers/device/out_of_memory.hpp"

namespace agsweep {

/// What `work` has thrown, in words; null: nothing.
template <typename Work>
std::exception_ptr failure_of(const Work& work) {
  try {
    in_words(work);
    return nullptr;
  } catch (...) {
    return std::current_exception();
  }
}

/// Ends a phase in which the ranks' devices talked, or will: where one rank has failed, all leave before a collective that would wait for
/// one that does not come, and with the reason of the rank that has it. Collective over comm.
/// @param group    this rank's; aborted where any rank has failed; null: it has none
/// @param failure  this rank's; null: it knows of none. A PeerFailure says that another rank has the reason
/// @param check    asks the devices' library for this rank's failure, and throws it: when others have heard of one before it was told here
/// @return whether some rank was asked to stop
/// @throws the failure of the lowest rank that has one itself
bool agree(Communicator& comm, DeviceCommunicator* group, bool stop_requested, std::exception_ptr failure,
           const std::function<void()>& check);

}  // namespace agsweep
