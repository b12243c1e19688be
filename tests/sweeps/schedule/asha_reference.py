"""A deliberately simple simulation of ASHA, from the pseudo code of Li et al. 2020 (algorithm 2): whenever a worker is free, the rungs are
sorted anew from the highest down for a configuration that may go on, and else the next configuration begins."""

import heapq


def simulate(trials, workers, rungs, eta):
    """trials: dicts of scores [epochs], seconds, delay, fails_in, fails_after, as in asha_choice_json. Returns the trial whose score is the
    best of those that reached the last rung, and the number of epochs that all trained."""
    reached = [{} for _ in rungs]  # for each rung: its trials' best scores up to it
    promoted = [set() for _ in rungs]
    begun, free, now, order, epochs = 0, workers, 0.0, 0, 0
    jobs = []  # (time of its end, order, trial, rung it goes to; None: it fails)

    def get_job():
        nonlocal begun
        for k in range(len(rungs) - 2, -1, -1):
            ranked = sorted(reached[k], key=lambda trial: (-reached[k][trial], trial))
            for trial in ranked[: len(ranked) // eta]:
                if trial not in promoted[k]:
                    promoted[k].add(trial)
                    return trial, k + 1
        if begun < len(trials):
            begun += 1
            return begun - 1, 0
        return None

    while True:
        while free and (job := get_job()):
            trial, rung = job
            plan = trials[trial]
            first = rungs[rung - 1] if rung else 0
            fails = first < plan["fails_in"] <= rungs[rung]
            whole = (plan["fails_in"] - 1 if fails else rungs[rung]) - first
            epochs += whole
            seconds = whole * (plan["seconds"] + plan["delay"]) + (plan["seconds"] * plan["fails_after"] if fails else 0)
            heapq.heappush(jobs, (now + seconds, order, trial, None if fails else rung))
            order += 1
            free -= 1
        if not jobs:
            break
        now, _, trial, rung = heapq.heappop(jobs)
        free += 1
        if rung is None:
            for scores in reached:
                scores.pop(trial, None)
        else:
            reached[rung][trial] = max(trials[trial]["scores"][: rungs[rung]])

    complete = reached[-1]
    return min(complete, key=lambda trial: (-complete[trial], trial)), epochs
