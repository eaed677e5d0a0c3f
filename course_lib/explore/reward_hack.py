"""Train on a reward that the reader made up, and look at what was rewarded (lesson 11)."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import torch

from course_lib.alignment.policy_gradient import improve_on_rewards, measure_kl, sample_answers
from course_lib.data.facts import END
from course_lib.explore.beta_sweep import judged
from course_lib.explore.figure import BLUE, ORANGE, Finding, Marked, Picture, in_words, mark_guess, new_figure
from course_lib.explore.live import Live
from course_lib.explore.tuning import Count, count_right, seen_questions
from course_lib.generation.chat import ask_all, chat_ids
from course_lib.models.gpt import GPT
from course_lib.tokenizers.bpe import BytePairTokenizer
from course_lib.training.loop import History, TrainConfig

Reward = Callable[[str, str], float | int]  # of a question and an answer

STEPS, RATE, LONGEST = 24, 2e-4, 32


@dataclass
class Hunt:
    """What training on a reward did."""

    beta: float
    rewards: list[float] = field(default_factory=list)  # mean of the answers of each step
    before: Count | None = None
    after: Count | None = None
    kl: float = 0.0
    samples: list[tuple[str, str]] = field(default_factory=list)  # questions and what it says now


def train_on(
    sft: GPT, tokenizer: BytePairTokenizer, reward: Reward, beta: float = 0.0, seed: int = 0
) -> tuple[GPT, Hunt]:
    """Return a copy of the model, trained with GRPO on `reward(question, answer)`, and what became of it.

    Args:
        beta: the price, in reward, of one nat of KL to the model before; 0: none.
    """
    end = tokenizer.special_tokens[END]
    asked = {tuple(chat_ids(tokenizer, q.text)): q.text for q in seen_questions()}
    policy, reference, hunt = copy.deepcopy(sft), copy.deepcopy(sft), Hunt(beta)

    def points(prompt: Sequence[int], answer: Sequence[int]) -> float | int:
        text = tokenizer.decode([token for token in answer if token != end])
        return reward(asked[tuple(prompt)], text)

    with Live() as live:

        def told(history: History) -> None:
            live.show(lambda: f"GRPO, beta {beta:g}: step {len(history)} of {STEPS}")

        _, hunt.rewards = improve_on_rewards(
            policy,
            reference,
            [list(prompt) for prompt in asked],
            points,
            TrainConfig(steps=STEPS, lr=RATE, warmup=2, weight_decay=0.0),
            torch.Generator().manual_seed(seed),
            {end},
            beta=beta,
            prompts_per_step=3,
            max_new_tokens=LONGEST,
            progress=False,
            on_step=told,
        )
    questions = judged()
    hunt.before, hunt.after = (count_right(model, tokenizer, questions) for model in (sft, policy))
    drawn = sample_answers(
        policy, [chat_ids(tokenizer, q.text) for q in questions], torch.Generator().manual_seed(seed), {end}
    )
    hunt.kl = float(measure_kl(policy, sft, drawn).mean())
    shown = [q.text for q in questions[4 :: len(questions) // 3]]
    answers = ask_all(policy, tokenizer, shown, max_new_tokens=LONGEST)
    hunt.samples = [(q, a.text + ("" if a.ended else " ...")) for q, a in zip(shown, answers, strict=True)]
    return policy, hunt


def reward_against_goal(hunt: Hunt, name: str = "your reward") -> Finding:
    """Show how the reward rose, and what became of right answers."""
    assert hunt.before is not None
    assert hunt.after is not None
    first, last = hunt.rewards[0], sum(hunt.rewards[-4:]) / 4
    said = Marked(
        "; ".join(f"{in_words(question)} *{in_words(answer)}*" for question, answer in hunt.samples)
    )
    rose = last > first + 0.02 * abs(first)
    fell = hunt.after.share < hunt.before.share - 0.1
    verdict = (
        "The reward rose, and what you wanted fell: **the model was not wrong, the reward was.**"
        if rose and fell
        else "The reward rose, and right answers stayed: so far no hack. Read the answers, and try another reward."
        if rose
        else "The reward did not rise."
    )
    return Finding(
        "right on new countries after training on the reward",
        f"{hunt.after.share:.0%}",
        lambda guess: draw_hunt(hunt, name, guess),
        f"{name[0].upper() + name[1:]} went from {first:.2f} to {last:.2f} (mean of the last four steps), right "
        f"answers from {hunt.before} to {hunt.after}, and {hunt.after.ended} of {hunt.after.n} answers end (in "
        f"{hunt.after.named} the first sentence has the right word); KL {hunt.kl:.1f} nats per answer. It now says: "
        f"{said}. {verdict}",
    )


def draw_hunt(hunt: Hunt, name: str, guess: object = None) -> Picture:
    """Draw the reward by step, and right answers before and after."""
    assert hunt.before is not None
    assert hunt.after is not None
    figure, axes = new_figure(height=2.6, columns=2)
    curve, goal = axes
    curve.get_gridspec().set_width_ratios([2, 1])
    curve.plot(range(1, len(hunt.rewards) + 1), hunt.rewards, color=ORANGE)
    curve.set(xlabel="step", title=f"mean of {name}", xlim=(1, len(hunt.rewards)))
    goal.bar(["before", "after"], [hunt.before.share, hunt.after.share], 0.5, color=BLUE)
    goal.set(ylim=(0, 1.05), title="right answers")
    goal.set_yticks([0, 0.5, 1], ["0%", "50%", "100%"])
    goal.grid(visible=False, axis="x")
    mark_guess(goal, guess, share=True)
    return Picture(
        figure,
        f"Mean of {name} by step, from {hunt.rewards[0]:.2f} to {sum(hunt.rewards[-4:]) / 4:.2f} (mean of the last "
        f"four steps); right answers on new countries {hunt.before} before, {hunt.after} after.",
        "",
    )
