#include "workers/train/device_sum.hpp"

#include <bit>  // std::has_single_bit

#include "workers/model/kernel_views.hpp"

namespace agsweep {

DeviceSum::DeviceSum(DeviceKernels& kernels, DeviceCommunicator* group, int rank, int ranks, std::int64_t shards, Reduction reduction)
    : kernels_(kernels),
      group_(group),
      rank_(rank),
      ranks_(ranks),
      shards_(shards),
      reduction_(reduction),
      range_(shards_of(rank, ranks, shards)) {}

/// Whether each rank's shards are a subtree of their own: then partners exchange what theirs have given (recursive doubling).
bool DeviceSum::joins_subtrees() const { return std::has_single_bit(static_cast<unsigned>(ranks_)) && shards_ % ranks_ == 0; }

void DeviceSum::own_shards(std::span<ShardGradient> own, std::int64_t floats) {
  floats_ = floats;
  if (reduction_ == Reduction::allreduce || joins_subtrees()) add_tree(own);
}

void DeviceSum::over_ranks(std::span<ShardGradient> own, std::int64_t floats) {
  floats_ = floats;
  if (group_ == nullptr) return;
  if (reduction_ == Reduction::allreduce) return all_reduce(own[0]);
  if (joins_subtrees()) {
    for (int distance = 1; distance < ranks_; distance *= 2) exchange(own[0], rank_ ^ distance);
    return;
  }
  reduce(own, 0, shards_);
  broadcast(own[0]);
}

void DeviceSum::add(ShardGradient& into, const ShardGradient& other) {
  kernels_.add(data<float>(into.values), data<float>(other.values), floats_);
  into.loss.add_(other.loss);
  into.confusion.add_(other.confusion);
}

void DeviceSum::add_tree(std::span<ShardGradient> shards) {
  if (shards.size() == 1) return;
  const auto middle = static_cast<std::size_t>(tree_middle(0, static_cast<std::int64_t>(shards.size())));
  add_tree(shards.first(middle));
  add_tree(shards.subspan(middle));
  add(shards[0], shards[middle]);
}

void DeviceSum::all_reduce(ShardGradient& total) {
  group_->begin_group();
  group_->all_reduce_sum(data<float>(total.values), floats_);
  group_->all_reduce_sum(data<double>(total.loss), 1);
  group_->all_reduce_sum(data<std::int64_t>(total.confusion), total.confusion.numel());
  group_->end_group();
}

/// Whether in the tree's node [first, last), or below it, a part comes from another rank.
bool DeviceSum::receives(std::int64_t first, std::int64_t last) const {
  if (last - first == 1) return false;
  const std::int64_t middle = tree_middle(first, last);
  if (owner_of(first, ranks_, shards_) == rank_ && owner_of(middle, ranks_, shards_) != rank_) return true;
  return receives(first, middle) || receives(middle, last);
}

void DeviceSum::reserve(const ShardGradient& like) {
  if (group_ == nullptr || reduction_ == Reduction::allreduce) return;
  if (!joins_subtrees() && !receives(0, shards_)) return;
  spare_ = {at::empty_like(like.values), at::empty_like(like.loss), at::empty_like(like.confusion)};
}

void DeviceSum::send(int to, const ShardGradient& gradient) {
  group_->send(to, gradient.values.data_ptr(), floats_ * static_cast<std::int64_t>(sizeof(float)));
  group_->send(to, gradient.loss.data_ptr(), static_cast<std::int64_t>(gradient.loss.nbytes()));
  group_->send(to, gradient.confusion.data_ptr(), static_cast<std::int64_t>(gradient.confusion.nbytes()));
}

void DeviceSum::receive(int from, ShardGradient& gradient) {
  group_->receive(from, gradient.values.data_ptr(), floats_ * static_cast<std::int64_t>(sizeof(float)));
  group_->receive(from, gradient.loss.data_ptr(), static_cast<std::int64_t>(gradient.loss.nbytes()));
  group_->receive(from, gradient.confusion.data_ptr(), static_cast<std::int64_t>(gradient.confusion.nbytes()));
}

/// Both partners add the same two numbers, and a + b = b + a to the bit.
void DeviceSum::exchange(ShardGradient& mine, int partner) {
  group_->begin_group();
  send(partner, mine);
  receive(partner, spare_);
  group_->end_group();
  add(mine, spare_);
}

/// The tree's node [first, last), as far as this rank has a part in it.
void DeviceSum::reduce(std::span<ShardGradient> own, std::int64_t first, std::int64_t last) {
  const auto shard = [&](std::int64_t index) -> ShardGradient& { return own[static_cast<std::size_t>(index - range_.first)]; };
  const auto owns_any = [&](std::int64_t from, std::int64_t to) { return from < range_.last && range_.first < to; };
  if (range_.first <= first && last <= range_.last) {
    return add_tree(own.subspan(static_cast<std::size_t>(first - range_.first), static_cast<std::size_t>(last - first)));
  }
  const std::int64_t middle = tree_middle(first, last);
  if (owns_any(first, middle)) reduce(own, first, middle);
  if (owns_any(middle, last)) reduce(own, middle, last);
  const int left = owner_of(first, ranks_, shards_);
  const int right = owner_of(middle, ranks_, shards_);
  if (left == right) {
    if (left == rank_) add(shard(first), shard(middle));
    return;
  }
  if (left != rank_ && right != rank_) return;
  group_->begin_group();
  if (left == rank_) receive(right, spare_);
  if (right == rank_) send(left, shard(middle));
  group_->end_group();
  if (left == rank_) add(shard(first), spare_);
}

/// Rank 0's total, from rank to rank along a binary tree.
void DeviceSum::broadcast(ShardGradient& total) {
  int reach = 1;  // ranks that have it
  for (; reach < ranks_; reach *= 2) {
    group_->begin_group();
    if (rank_ < reach && rank_ + reach < ranks_) send(rank_ + reach, total);
    if (rank_ >= reach && rank_ < 2 * reach) receive(rank_ - reach, total);
    group_->end_group();
  }
}

}  // namespace agsweep
