#include "workers/device/broadcast_tensor.hpp"

namespace agsweep {

void broadcast_tensor(Communicator& comm, at::Tensor& tensor) {
  if (comm.size() == 1) return;
  at::Tensor host = tensor.cpu();  // the tensor itself where it is there
  comm.broadcast(0, {static_cast<std::byte*>(host.data_ptr()), host.nbytes()});
  if (!tensor.is_cpu()) tensor.copy_(host);
}

}  // namespace agsweep
