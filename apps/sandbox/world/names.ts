/** Invented people and companies. Any likeness is chance. */

export const GIVEN_NAMES: Readonly<Record<string, readonly string[]>> = {
  US: ['Nora', 'Caleb', 'Imani', 'Wesley', 'Marisol', 'Dexter', 'Priya', 'Tobias', 'Yolanda', 'Amos'],
  DE: ['Annika', 'Jörg', 'Lieselotte', 'Matthias', 'Käthe'],
  NL: ['Sanne', 'Joost', 'Mirthe'],
  ES: ['Begoña', 'Iñigo', 'Macarena'],
  GB: ['Imogen', 'Rhys', 'Philippa', 'Angus'],
  JP: ['Haruka', 'Kenta'],
  KW: ['Noura', 'Faisal'],
}

export const FAMILY_NAMES: Readonly<Record<string, readonly string[]>> = {
  US: [
    'Ashdown',
    'Brightwater',
    'Calloway',
    'Delacroix',
    'Okonjo',
    'Fenwright',
    'Rosales',
    'Thackery',
    'Varga',
    'Whitlow',
  ],
  DE: ['Grünfelder', 'Habermann', 'Söllner', 'Weidekamp', 'Zobel'],
  NL: ['van der Linde', 'Hoogstra', 'Brouwersma'],
  ES: ['Carrizosa', 'Olabarrieta', 'Peñalver'],
  GB: ['Pembury', 'Llewelyn-Hart', 'Strathmore', 'Oakenshaw'],
  JP: ['Morikawa', 'Shimazaki'],
  KW: ['Al-Rashdan', 'Al-Mutlaq'],
}

export const COMPANIES: Readonly<Record<string, readonly string[]>> = {
  US: [
    'Larkspur Freight LLC',
    'Cobalt Ridge Payroll Inc',
    'Maple & Quarry Supply Co',
    'Northwind Dental Group',
    'Tidewater Analytics Corp',
    'Juniper Lane Rentals',
    'Redfern Utilities Cooperative',
    'Silver Birch Insurance Agency',
    'Prairie Lantern Media',
    'Harborline Logistics Inc',
    'Copperleaf Software LLC',
    'Bluebell Early Learning',
  ],
  DE: ['Rheinblick Maschinenbau GmbH', 'Falkensee Energie AG', 'Bäckerei Morgenrot KG'],
  NL: ['Waterlinie Handelsmaatschappij B.V.', 'Tulpveld Logistiek B.V.'],
  ES: ['Conservas Ría Azul S.L.', 'Olivares del Sur S.A.'],
  GB: ['Thornbury Textiles Ltd', 'Cairn & Kettle Ltd', 'Ashgrove Instruments plc'],
  JP: ['Aozora Seimitsu K.K.', 'Hinode Shoji K.K.'],
  KW: ['Gulf Pearl Trading W.L.L.'],
}
