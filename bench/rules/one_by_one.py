"""The same rules object by object: the rows of one branch as objects, what they refer to fetched when it is
asked for, the plain restatement over them, then the next branch."""


def object_by_object(campaign, branches, day):
    from tasks.tests.restated import everything
    from tasks.tests.restated.world import World

    found = set()
    for branch in branches:
        told = everything(World(campaign, branch, lazily=True), day)
        found |= {each for each in told if each[0] == branch.pk}
    return found
