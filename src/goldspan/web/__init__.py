"""What the clients of all servers share: which addresses are on this machine, and whom TLS trusts."""
