package org.springframework.samples.workshop.staff;

import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.core.userdetails.UsernameNotFoundException;
import org.springframework.stereotype.Service;

/**
 * Looks up accounts for Spring Security.
 */
@Service
class MechanicAccounts implements UserDetailsService {

	private final MechanicRepository mechanics;

	MechanicAccounts(MechanicRepository mechanics) {
		this.mechanics = mechanics;
	}

	@Override
	public UserDetails loadUserByUsername(String name) {
		Mechanic mechanic = this.mechanics.findById(name).orElseThrow(() -> new UsernameNotFoundException(name));
		return User.withUsername(mechanic.name()).password(mechanic.password()).roles(mechanic.role()).build();
	}

}
