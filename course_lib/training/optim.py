"""AdamW, written out: the optimizer that trains almost every language model (lesson 05)."""

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor


class AdamW(torch.optim.Optimizer):
    """Adam with decoupled weight decay (Kingma and Ba 2015; Loshchilov and Hutter 2019, algorithm 2).

    Each number gets a step of its own size: the mean of its last gradients, divided by the root of the mean of
    their squares. The same results as torch.optim.AdamW, whose fused kernel is faster; the states of the two
    have the same names. Raises ValueError for settings out of range.
    """

    def __init__(
        self,
        params: Iterable[Tensor] | Iterable[dict[str, Any]],
        lr: float | int = 1e-3,
        betas: tuple[float | int, float | int] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float | int = 0.01,
    ) -> None:
        if not (lr >= 0 and eps >= 0 and weight_decay >= 0):
            raise ValueError(f"lr={lr}, eps={eps}, weight_decay={weight_decay}; expected 0 or more each")
        if not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"betas={betas}; expected each from 0 to below 1")
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Move every parameter that has a gradient g; theta, m and v below are changed in place.

        A `closure` computes the gradients first; what it returns, the loss, is returned.
        """
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            (beta1, beta2), lr, eps = group["betas"], group["lr"], group["eps"]
            for theta in group["params"]:
                if theta.grad is None:
                    continue
                g, state = theta.grad, self.state[theta]
                if not state:
                    state["step"] = torch.tensor(0.0)
                    state["exp_avg"] = torch.zeros_like(theta)
                    state["exp_avg_sq"] = torch.zeros_like(theta)
                state["step"] += 1
                t, m, v = int(state["step"]), state["exp_avg"], state["exp_avg_sq"]
                theta.mul_(1 - lr * group["weight_decay"])  # theta <- theta - lr lambda theta
                m.mul_(beta1).add_(g, alpha=1 - beta1)  # m <- beta1 m + (1 - beta1) g
                v.mul_(beta2).addcmul_(g, g, value=1 - beta2)  # v <- beta2 v + (1 - beta2) g^2
                m_hat = m / (1 - beta1**t)  # m and v began at 0: undo the pull towards it
                v_hat = v / (1 - beta2**t)
                # theta <- theta - lr m_hat / (sqrt v_hat + eps)
                theta.sub_(lr * m_hat / (v_hat.sqrt() + eps))
        return loss
