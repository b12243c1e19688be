#pragma once

#include <span>

#include "base/thread_pool.hpp"
#include "workers/reduce/gradient.hpp"

namespace agsweep {

/// into += other.
void add(Gradient& into, const Gradient& other);

/// Sums neighbouring gradients over the tree of reduce.hpp into gradients[0]; independent additions side by side.
void add_tree(std::span<Gradient> gradients, ThreadPool& pool);

}  // namespace agsweep
