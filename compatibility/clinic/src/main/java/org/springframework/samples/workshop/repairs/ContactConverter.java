package org.springframework.samples.workshop.repairs;

import jakarta.persistence.AttributeConverter;
import jakarta.persistence.Converter;

import org.springframework.stereotype.Component;

/**
 * Keeps contacts unreadable in the database. Called by Hibernate for every repair that is
 * read or written.
 */
@Component
@Converter
class ContactConverter implements AttributeConverter<Contact, String> {

	private final KeySafe safe;

	ContactConverter(KeySafe safe) {
		this.safe = safe;
	}

	@Override
	public String convertToDatabaseColumn(Contact contact) {
		return this.safe.encrypt(contact.phone());
	}

	@Override
	public Contact convertToEntityAttribute(String column) {
		return new Contact(this.safe.decrypt(column));
	}

}
