"""How long tests wait where Slack would not: others may use the machine. A test of just that is `in_time`."""

LISTENER_S = 8.0  # for 2
ANSWER_S = 8.5  # for 2.5
ACK_WALL_S = 9.0  # for Slack's 3
