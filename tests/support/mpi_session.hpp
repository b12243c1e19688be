#pragma once

#include "workers/comm/session.hpp"

namespace agsweep::testing_support {

/// The one Session of a test program that runs under mpirun; mpi_main.cpp owns it.
Session& test_session();

}  // namespace agsweep::testing_support
