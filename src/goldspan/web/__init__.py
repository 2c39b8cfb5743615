"""What the clients of all servers share: addresses, which are on this machine, whom TLS trusts, what a server says."""
