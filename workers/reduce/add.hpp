#pragma once

#include <span>

#include "workers/reduce/gradient.hpp"
#include "workers/thread_pool.hpp"

namespace agsweep {

/// into += other.
void add(Gradient& into, const Gradient& other);

/// Sums neighbouring gradients over the tree of reduce.hpp into gradients[0]; independent additions side by side.
void add_tree(std::span<Gradient> gradients, ThreadPool& pool);

}  // namespace agsweep
