#include "workers/device/broadcast_tensor.hpp"

namespace agsweep {

void broadcast_tensor(Communicator& comm, Workers& workers, at::Tensor& tensor) {
  if (comm.size() == 1) return;
  at::Tensor host;
  together(comm, [&] { host = workers.on_host(tensor); });
  comm.broadcast(0, {static_cast<std::byte*>(host.data_ptr()), host.nbytes()});
  together(comm, [&] {
    if (!tensor.is_cpu()) tensor.copy_(host);
  });
}

}  // namespace agsweep
