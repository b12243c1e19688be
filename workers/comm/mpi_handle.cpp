#include "workers/comm/mpi_handle.hpp"

#include <array>
#include <string_view>

#include "base/error.hpp"
#include "workers/comm/wait.hpp"

namespace agsweep {

MpiComm::~MpiComm() {
  int finalized = 0;
  if (comm_ == MPI_COMM_NULL || MPI_Finalized(&finalized) != MPI_SUCCESS || finalized != 0) return;
  MPI_Comm_free(&comm_);
}

MpiComm MpiComm::dup(MPI_Comm parent, double timeout_seconds) {
  MPI_Comm comm = MPI_COMM_NULL;
  MPI_Request request = MPI_REQUEST_NULL;
  AGSWEEP_MPI(MPI_Comm_idup(parent, &comm, &request));
  if (!wait_all({&request, 1}, {}, timeout_seconds)) {
    throw RankFailure("a rank has not answered for {:g} s while the job set up its communication", timeout_seconds);
  }
  MpiComm owner(comm);
  AGSWEEP_MPI(MPI_Comm_set_errhandler(comm, MPI_ERRORS_RETURN));
  return owner;
}

void check_mpi(int result, const char* call, const char* file, int line) {
  if (result == MPI_SUCCESS) return;
  std::array<char, MPI_MAX_ERROR_STRING> text{};
  int length = 0;
  MPI_Error_string(result, text.data(), &length);
  int rank = -1;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  throw RunTimeError("rank {}: {}:{}: {}: {}", rank, file, line, call, std::string_view(text.data(), static_cast<std::size_t>(length)));
}

}  // namespace agsweep
