"""How much each piece of evidence weighs when a message is linked to an earlier one: all the linker knows. Pure.

Each is the change in the logarithm of the odds. They were fitted on half of two public data sets, held against the
other half, and rounded: docs/decisions/0033-linker.md. Whoever changes one changes `bot.peers.linking.LINKER` too.
"""

WEIGHTS = {
    # time and place: how far back the earlier message is
    "messages between": -0.8,  # of the logarithm, as the next ones
    "short, and messages between": -0.5,  # "yes" and "ok" answer what is near
    "time between": -0.4,
    "the one before": -1.4,  # sets off that nothing is between
    # of the same author: one goes on
    "own": 2.1,
    "own, not the last": -1.3,
    "own, just before": 0.9,
    "own, to the same": 1.9,
    "own question": 0.7,
    "own, going on": 0.9,
    "own, answered": -0.4,
    # whom it is to
    "to its author": 3.9,
    "to its author, since one's last": 0.7,
    "to its author, who asked": 0.5,
    "to somebody else": -1.1,
    "called": 1.1,
    "called last": 0.6,
    "it was to somebody else": -1.1,
    # turns
    "their last": 0.3,
    "before one's last": -1.1,
    "spoken with": 0.9,
    "nobody else between": 0.6,
    "nobody else between, to all": 0.8,
    "its author went on": 0.4,
    "one's own talk": 1.1,
    "a talk of others": -0.3,
    # questions and answers
    "a question to all": -0.4,
    "a question to all, somebody helps": 0.6,
    "nobody answered yet": 0.3,
    "nobody answered yet, to all": 0.5,
    "both ask": -0.8,
    "asks back": -0.4,
    "thanks for what was said": 0.4,
    "no answer to a question": -0.9,
    "to an acknowledgement": -1.2,
    # words, and bots
    "shared words": 1.0,
    "after a command": -1.0,
    "bot after a command": 2.7,
    # that it answers nothing and opens a matter
    "opens": -3.2,
    "opens, newcomer": 1.5,
    "opens, newcomer asks all": 0.7,
    "opens, newcomer acknowledges": 1.0,
    "opens, newcomer tells": 0.3,
    "opens, asks all": 1.3,
    "opens, greets": 1.3,
    "opens, length": 1.5,
    "opens, silence": 0.4,
    "opens, crowd": 0.6,
    "opens, to somebody": -1.1,
    "opens, though called": -0.4,
    "opens, a bot": -0.6,
}
