"""CTL, OVS, MON, INC, RBK: what protects the use case while it runs, and how it is taken back."""
