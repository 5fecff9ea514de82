"""The company of the demo and of the embedded handbook: who is there, in which teams and channels, and when."""

from datetime import UTC, datetime

STARTS_AT = datetime(2026, 11, 24, 10, 12, tzinfo=UTC)  # a Tuesday morning, within everybody's hours

PEOPLE = {
    "U0MAYA": ("maya", "Maya Lind"),
    "U0TOMAS": ("tomas", "Tomas Reyes"),
    "U0PRIYA": ("priya", "Priya Nair"),
    "U0JONAS": ("jonas", "Jonas Weber"),
    "U0AMARA": ("amara", "Amara Okafor"),
    "U0LICHEN": ("li", "Li Chen"),
    "U0MARTA": ("marta", "Marta Nowak"),
    "U0SAMIR": ("samir", "Samir Haddad"),
    "U0ELLEN": ("ellen", "Ellen Byrne"),
    "U0FATIMA": ("fatima", "Fatima Amrani"),
    "U0OWEN": ("owen", "Owen Price"),
    "U0YUKI": ("yuki", "Yuki Tanaka"),
    "U0LUCIA": ("lucia", "Lucia Ferrer"),
    "U0PETR": ("petr", "Petr Novak"),
    "U0NADIA": ("nadia", "Nadia Rahman"),
    "U0HANNES": ("hannes", "Hannes Vogt"),
}
GROUPS = {
    "S0PLATFORM": ("platform", ["U0MAYA", "U0TOMAS"]),
    "S0DUTY": ("platform-duty", ["U0TOMAS"]),
    "S0PAYMENTS": ("payments", ["U0PRIYA", "U0MARTA", "U0SAMIR", "U0ELLEN"]),
    "S0CHECKOUT": ("checkout", ["U0JONAS", "U0FATIMA", "U0OWEN", "U0YUKI"]),
    "S0SEARCH": ("search", ["U0AMARA", "U0LUCIA", "U0PETR"]),
    "S0DATA": ("data", ["U0LICHEN", "U0NADIA", "U0HANNES"]),
}
CHANNELS = {
    "C0ASKPLAT": "ask-platform",
    "C0DEPLOYS": "deploys",
    "C0DATAHELP": "data-help",
    "C0RANDOM": "random",
    "C0PLATFORM": "platform-team",
}
PLATFORM_ONLY = "C0PLATFORM"
