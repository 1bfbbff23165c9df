/// Constants of long paths in device memory. Included from .cu files alone.
#pragma once

#include "kernels/device.h"
#include "kernels/shapley_constants.h"

namespace limpid {

/// The constants on the device, in the stream's scratch.
inline LongConstants upload_constants(device::Exec const& exec, LongConstantsOwner const& owner) {
  std::size_t const doubles = owner.member.size() + owner.node.size() + owner.weight.size();
  auto* const member = static_cast<double*>(exec.workspace(doubles * sizeof(double)));
  double* const node = member + owner.member.size();
  double* const weight = node + owner.node.size();
  exec.copy_in(member, owner.member.data(), owner.member.size() * sizeof(double));
  exec.copy_in(node, owner.node.data(), owner.node.size() * sizeof(double));
  exec.copy_in(weight, owner.weight.data(), owner.weight.size() * sizeof(double));
  return {owner.side, member, node, weight};
}

}  // namespace limpid
